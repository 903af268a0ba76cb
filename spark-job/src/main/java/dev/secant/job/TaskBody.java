package dev.secant.job;

import dev.secant.training.CheckpointStore;
import dev.secant.training.MeasuredPath;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** What runs inside a Spark task. */
record TaskBody(
    TrialTask task,
    TrialExecution execution,
    String root,
    Broadcast<SerializableConfiguration> configuration,
    Counts counts)
    implements Serializable {

  TaskOutcome<Recording> record(int segments) throws IOException {
    try (TaskWatch watch = TaskWatch.ofPath(task.trialId(), counts, stopped())) {
      return watch.ended(
          TaskOutcome.of(
              () -> {
                Recording recording = execution.record(task, segments, store(watch), watch);
                watch.recorded(recording);
                return recording;
              }));
    }
  }

  TaskOutcome<ReplayedSegment> replay(Recording recording, int segment) throws IOException {
    try (TaskWatch watch = TaskWatch.ofSegment(task.trialId(), segment, counts, stopped())) {
      return watch.ended(
          TaskOutcome.of(
              () -> {
                ReplayedSegment replayed =
                    execution.replay(task, recording, segment, store(watch), watch);
                watch.replayed(Replayed.of(replayed));
                return replayed;
              }));
    }
  }

  /** A whole trial, all but the row that commits it. */
  TaskOutcome<Walked> whole() throws IOException {
    try (TaskWatch watch = TaskWatch.ofPath(task.trialId(), counts, stopped())) {
      return watch.ended(TaskOutcome.of(() -> whole(watch)));
    }
  }

  private Walked whole(TaskWatch watch) throws IOException {
    MeasuredPath whole = execution.whole(task, store(watch), watch);
    if (TaskContext.get().isInterrupted()) {
      // What was told to stop, and heard it late, must not write beside its trial's row.
      throw new CancellationException("stopped");
    }
    List<Replayed> replayed = whole.segments().stream().map(Replayed::of).toList();
    watch.recorded(whole.recording());
    replayed.forEach(watch::replayed);
    PathNulls nulls = PathNulls.of(whole.recording(), task.measure().references(), replayed);
    TrialTables tables = new TrialTables(output(), task.trialId());
    for (ReplayedSegment segment : whole.segments()) {
      tables.write(task.measure(), segment, nulls);
    }
    tables.writeEpochs(task.measure(), whole.recording(), replayed);
    return Walked.of(whole.recording(), replayed, whole.mode());
  }

  void write(TaskOutcome<ReplayedSegment> outcome, PathNulls nulls) throws IOException {
    if (outcome instanceof TaskOutcome.Failed<ReplayedSegment> failed) {
      // A segment that was lost with its executor and failed when it was replayed once more.
      throw new IllegalStateException(failed.failure().message());
    }
    ReplayedSegment segment = ((TaskOutcome.Done<ReplayedSegment>) outcome).value();
    new TrialTables(output(), task.trialId()).write(task.measure(), segment, nulls);
  }

  private CheckpointStore store(TaskWatch watch) {
    return watch.counting(output().checkpointStore(task.trialId()));
  }

  private Output output() {
    return new Output(root, configuration.value().value());
  }

  private static BooleanSupplier stopped() {
    return TaskContext.get()::isInterrupted;
  }
}
