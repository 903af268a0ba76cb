package dev.secant.job;

import dev.secant.training.Recording;
import java.io.Serializable;
import java.util.List;

/**
 * A path that was walked and measured, as the driver needs to know it.
 *
 * @param drift summed over the segments
 * @param replaySeconds summed over the segments
 */
record Walked(Recording recording, double drift, double replaySeconds) implements Serializable {
  static Walked of(Recording recording, List<Replayed> replayed) {
    return new Walked(
        recording,
        replayed.stream().mapToDouble(Replayed::drift).sum(),
        replayed.stream().mapToDouble(Replayed::seconds).sum());
  }

  /** Of both passes. */
  double seconds() {
    return recording.seconds() + replaySeconds;
  }
}
