package dev.secant.job;

import dev.secant.training.CheckpointStore;
import dev.secant.training.Monitor;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/** What runs inside a Spark task. */
record TaskBody(
    TrialTask task,
    TrialExecution execution,
    String checkpoints,
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

  static TaskOutcome<Replayed> essence(TaskOutcome<ReplayedSegment> outcome) {
    if (outcome instanceof TaskOutcome.Failed<ReplayedSegment> failed) {
      return new TaskOutcome.Failed<>(failed.failure());
    }
    ReplayedSegment segment = measured(outcome);
    return new TaskOutcome.Done<>(
        new Replayed(
            segment.drift(),
            segment.seconds(),
            segment.waitSeconds(),
            segment.updateNorms(),
            segment.besides().fullBatch()));
  }

  /** The segment of a task that did its work. */
  static ReplayedSegment measured(TaskOutcome<ReplayedSegment> outcome) {
    if (outcome instanceof TaskOutcome.Done<ReplayedSegment> done) {
      return done.value();
    }
    // A segment that was lost with its executor and failed when it was replayed once more.
    throw new IllegalStateException(
        ((TaskOutcome.Failed<ReplayedSegment>) outcome).failure().message());
  }

  private CheckpointStore store() throws IOException {
    return new HadoopCheckpointStore(new Path(checkpoints), configuration.value().value());
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
