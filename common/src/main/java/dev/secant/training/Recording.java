package dev.secant.training;

import dev.secant.table.EpochRecord;
import java.io.Serializable;
import java.util.List;

/**
 * What the record pass found: where the path ends, and what is needed to walk it again.
 *
 * @param steps the length T of the path; for a diverged trial the steps up to the one that diverged
 * @param boundaries steps at which a checkpoint lies: {@code 0, ..., T}, ascending; the segments of
 *     the replay lie between neighbours
 * @param divergence what happened where the trial diverged, such as "loss was NaN at step 12";
 *     empty where it did not
 * @param seconds of training, over all attempts
 */
public record Recording(
    long steps, List<Long> boundaries, String divergence, List<EpochRecord> epochs, double seconds)
    implements Serializable {
  public Recording {
    boundaries = List.copyOf(boundaries);
    epochs = List.copyOf(epochs);
  }

  public boolean diverged() {
    return !divergence.isEmpty();
  }

  public int segments() {
    return boundaries.size() - 1;
  }
}
