package dev.secant.job;

import dev.secant.data.Dataset;
import dev.secant.engine.Device;
import dev.secant.engine.Engine;
import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Trial;
import dev.secant.training.CheckpointStore;
import dev.secant.training.MeasuredPath;
import dev.secant.training.Monitor;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import dev.secant.training.TrialRun;
import java.io.IOException;
import org.apache.spark.TaskContext;

/** The real thing: trains through the engine. */
public record EngineExecution() implements TrialExecution {
  private static final long serialVersionUID = 1L;

  @Override
  public void ready(EngineSettings engine) {
    Engine.require(device(engine), engine.threads());
  }

  @Override
  public Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
      throws IOException {
    try (TrialRun run = open(task)) {
      keepStart(run, task, store);
      return run.record(segments, task.measure().references(), store, monitor);
    }
  }

  @Override
  public ReplayedSegment replay(
      TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor)
      throws IOException {
    try (TrialRun run = open(task)) {
      return run.replay(recording, task.measure(), segment, store, monitor);
    }
  }

  /** Opens the network once for both passes, or keeps the path in memory and needs but one. */
  @Override
  public MeasuredPath whole(TrialTask task, CheckpointStore store, Monitor monitor)
      throws IOException {
    try (TrialRun run = open(task)) {
      keepStart(run, task, store);
      long memory = TrajectoryMemory.bytes(task.measure(), task.engine());
      return run.whole(task.measure(), memory, store, monitor);
    }
  }

  private static void keepStart(TrialRun run, TrialTask task, CheckpointStore store)
      throws IOException {
    if (task.measure().keepCheckpoints()) {
      run.writeStart(store);
    }
  }

  private static TrialRun open(TrialTask task) {
    Trial trial = Trial.fromJson(task.json());
    Dataset dataset = task.data().load(trial.dataset());
    EngineSettings engine = task.engine();
    return new TrialRun(trial, dataset, device(engine), engine.threads(), engine.imageMemory());
  }

  private static Device device(EngineSettings engine) {
    return Devices.ofTask(engine, TaskContext.get().resourcesJMap());
  }
}
