package dev.secant.job;

import dev.secant.data.Dataset;
import dev.secant.data.DatasetSource;
import dev.secant.sweep.Trial;
import dev.secant.training.CheckpointStore;
import dev.secant.training.Monitor;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import dev.secant.training.TrialRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Trials trained for real, by the engine of the executor's process. */
final class EngineExecution implements TrialExecution {
  private static final long serialVersionUID = 1L;

  /** Datasets are held once a process, for all tasks that ever run in it. */
  private static final ConcurrentMap<DatasetSource, Dataset> LOADED = new ConcurrentHashMap<>();

  private final String dataRoot;
  private final int threads;

  EngineExecution(Path dataRoot, int threads) {
    this.dataRoot = dataRoot.toString();
    this.threads = threads;
  }

  @Override
  public Recording record(String trialJson, int segments, CheckpointStore store, Monitor monitor)
      throws IOException {
    try (TrialRun run = open(trialJson)) {
      return run.record(segments, store, monitor);
    }
  }

  @Override
  public ReplayedSegment replay(
      String trialJson, Recording recording, int segment, CheckpointStore store, Monitor monitor)
      throws IOException {
    try (TrialRun run = open(trialJson)) {
      return run.replay(recording, segment, store, monitor);
    }
  }

  private TrialRun open(String trialJson) {
    Trial trial = Trial.fromJson(trialJson);
    Dataset dataset =
        LOADED.computeIfAbsent(trial.dataset(), source -> source.load(Path.of(dataRoot)));
    return new TrialRun(trial, dataset, threads);
  }
}
