package dev.secant.faults;

import dev.secant.job.TrialExecution;
import dev.secant.job.TrialTask;
import dev.secant.training.CheckpointStore;
import dev.secant.training.MeasuredPath;
import dev.secant.training.Monitor;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.IOException;

/**
 * Another execution with a gate after some steps of each pass.
 *
 * @param steps that are walked before the gate
 */
record GatedExecution(TrialExecution inner, Gate record, Gate replay, int steps)
    implements TrialExecution {
  private static final long serialVersionUID = 1L;

  @Override
  public Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
      throws IOException {
    return inner.record(task, segments, store, gated(monitor, record));
  }

  @Override
  public ReplayedSegment replay(
      TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor)
      throws IOException {
    return inner.replay(task, recording, segment, store, gated(monitor, replay));
  }

  @Override
  public MeasuredPath whole(TrialTask task, CheckpointStore store, Monitor monitor)
      throws IOException {
    return inner.whole(task, store, gated(monitor, record));
  }

  private Monitor gated(Monitor monitor, Gate gate) {
    return new Monitor() {
      private int walked;

      @Override
      public void stepped() {
        monitor.stepped();
        if (++walked == steps) {
          gate.pass();
        }
      }

      @Override
      public boolean stopped() {
        return monitor.stopped();
      }
    };
  }
}
