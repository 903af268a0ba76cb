package dev.secant.training;

import dev.secant.table.StepRecord;
import java.io.Serializable;
import java.util.List;

/**
 * What the replay of one segment measured.
 *
 * @param steps in order; a row for each reference at each step
 * @param drift the distance between the end state replayed and the one recorded; 0 where they are
 *     equal bit for bit
 * @param waitSeconds of the seconds, spent waiting for samples to be read
 */
public record ReplayedSegment(
    int segment,
    List<StepRecord> steps,
    Besides besides,
    double drift,
    double seconds,
    double waitSeconds)
    implements Serializable {
  public ReplayedSegment {
    steps = List.copyOf(steps);
  }

  /** The update norm of each step, which {@code gamma_null} of earlier segments needs. */
  public double[] updateNorms() {
    return steps.stream()
        .filter(step -> step.reference().equals(steps.get(0).reference()))
        .mapToDouble(step -> step.measure("update_norm"))
        .toArray();
  }
}
