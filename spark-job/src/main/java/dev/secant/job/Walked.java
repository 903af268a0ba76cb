package dev.secant.job;

import dev.secant.sweep.Measure;
import dev.secant.training.Recording;
import java.io.Serializable;
import java.util.List;

/**
 * A path that was walked and measured, as the driver needs to know it.
 *
 * @param mode how it was measured
 * @param drift summed over the segments
 * @param replaySeconds summed over the segments
 * @param waitSeconds of the replay, summed over the segments
 */
record Walked(
    Recording recording, Measure.Mode mode, double drift, double replaySeconds, double waitSeconds)
    implements Serializable {
  static Walked of(Recording recording, List<Replayed> replayed, Measure.Mode mode) {
    return new Walked(
        recording,
        mode,
        replayed.stream().mapToDouble(Replayed::drift).sum(),
        replayed.stream().mapToDouble(Replayed::seconds).sum(),
        replayed.stream().mapToDouble(Replayed::waitSeconds).sum());
  }

  /** Of both passes. */
  double seconds() {
    return recording.seconds() + replaySeconds;
  }
}
