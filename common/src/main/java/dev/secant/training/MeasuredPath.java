package dev.secant.training;

import dev.secant.sweep.Measure;
import java.io.Serializable;
import java.util.List;

/**
 * A path with all that was measured along it.
 *
 * @param segments all of them, in order
 * @param mode how it was measured, replay or trajectory
 */
public record MeasuredPath(Recording recording, List<ReplayedSegment> segments, Measure.Mode mode)
    implements Serializable {
  public MeasuredPath {
    segments = List.copyOf(segments);
  }
}
