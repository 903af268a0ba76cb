package dev.secant.training;

import java.util.List;

/**
 * A path with all that was measured along it.
 *
 * @param segments all of them, in order
 * @param mode how it was measured: {@code replay}, or {@code trajectory} where it was kept in
 *     memory
 */
public record MeasuredPath(Recording recording, List<ReplayedSegment> segments, String mode) {
  static final String REPLAY = "replay";
  static final String TRAJECTORY = "trajectory";

  public MeasuredPath {
    segments = List.copyOf(segments);
  }
}
