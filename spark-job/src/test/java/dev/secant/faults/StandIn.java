package dev.secant.faults;

import dev.secant.job.TrialExecution;
import dev.secant.job.TrialTask;
import dev.secant.table.EpochRecord;
import dev.secant.table.StepRecord;
import dev.secant.training.Besides;
import dev.secant.training.CheckpointStore;
import dev.secant.training.Monitor;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A path of made-up numbers; a trial whose specification holds a certain text meets a fault. */
record StandIn(String marked, Fault fault) implements TrialExecution {
  private static final long serialVersionUID = 1L;
  static final int STEPS = 24;

  /** What happens in the middle of the record pass. */
  interface Fault extends java.io.Serializable {
    void happen(Monitor monitor) throws IOException;
  }

  @Override
  public Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
      throws IOException {
    store.write("step-0.safetensors", out -> out.write(new byte[1000]));
    for (int step = 0; step < STEPS; step++) {
      monitor.stepped();
      if (step == STEPS / 2 && task.json().contains(marked)) {
        fault.happen(monitor);
      }
    }
    store.write("final.safetensors", out -> out.write(new byte[1000]));
    List<Long> boundaries = new ArrayList<>();
    for (int i = 0; i <= segments; i++) {
      boundaries.add((long) STEPS * i / segments);
    }
    EpochRecord epoch = new EpochRecord(0, STEPS, 1.5, 0.5, 1.25, 0.75, Double.NaN);
    return new Recording(STEPS, boundaries, "", List.of(epoch), 0.5, 0.125);
  }

  @Override
  public ReplayedSegment replay(
      TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor) {
    List<StepRecord> steps = new ArrayList<>();
    for (long t = recording.boundaries().get(segment);
        t < recording.boundaries().get(segment + 1);
        t++) {
      double[] measures = new double[StepRecord.MEASURES.size()];
      Arrays.fill(measures, 0.1 * (t + 1));
      steps.add(new StepRecord("final", t, 0, measures));
      monitor.stepped();
    }
    return new ReplayedSegment(segment, steps, Besides.NOTHING, 0, 0.25, 0.0625);
  }
}
