package dev.secant.job;

import dev.secant.training.CheckpointStore;
import dev.secant.training.MeasuredPath;
import dev.secant.training.Monitor;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/** What runs inside a Spark task. */
record TaskBody(
    TrialTask task,
    TrialExecution execution,
    String root,
    Broadcast<SerializableConfiguration> configuration,
    LongAccumulator steps,
    LongAccumulator cost,
    long costOfStep)
    implements Serializable {

  TaskOutcome<Recording> record(int segments) throws IOException {
    return TaskOutcome.of(() -> execution.record(task, segments, store(), monitor()));
  }

  TaskOutcome<ReplayedSegment> replay(Recording recording, int segment) throws IOException {
    return TaskOutcome.of(() -> execution.replay(task, recording, segment, store(), monitor()));
  }

  /** A whole trial, all but the row that commits it. */
  TaskOutcome<Walked> whole() throws IOException {
    return TaskOutcome.of(
        () -> {
          MeasuredPath whole = execution.whole(task, store(), monitor());
          if (TaskContext.get().isInterrupted()) {
            // What was told to stop, and heard it late, must not write beside its trial's row.
            throw new CancellationException("stopped");
          }
          List<Replayed> replayed = whole.segments().stream().map(Replayed::of).toList();
          PathNulls nulls = PathNulls.of(whole.recording(), task.measure().references(), replayed);
          TrialTables tables = new TrialTables(output(), task.trialId());
          for (ReplayedSegment segment : whole.segments()) {
            tables.write(task.measure(), segment, nulls);
          }
          tables.writeEpochs(task.measure(), whole.recording(), replayed);
          return Walked.of(whole.recording(), replayed, whole.mode());
        });
  }

  void write(TaskOutcome<ReplayedSegment> outcome, PathNulls nulls) throws IOException {
    if (outcome instanceof TaskOutcome.Failed<ReplayedSegment> failed) {
      // A segment that was lost with its executor and failed when it was replayed once more.
      throw new IllegalStateException(failed.failure().message());
    }
    ReplayedSegment segment = ((TaskOutcome.Done<ReplayedSegment>) outcome).value();
    new TrialTables(output(), task.trialId()).write(task.measure(), segment, nulls);
  }

  private CheckpointStore store() {
    return output().checkpointStore(task.trialId());
  }

  private Output output() {
    return new Output(root, configuration.value().value());
  }

  private Monitor monitor() {
    TaskContext context = TaskContext.get();
    return new Monitor() {
      @Override
      public void stepped() {
        steps.add(1L);
        cost.add(costOfStep);
      }

      @Override
      public boolean stopped() {
        return context.isInterrupted();
      }
    };
  }
}
