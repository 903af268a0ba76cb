package dev.secant.training;

import dev.secant.geometry.GammaNull;
import dev.secant.sweep.Reference;
import dev.secant.table.EpochRecord;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the record pass found: where the path ends, and what is needed to walk it again.
 *
 * @param steps the length T of the path; for a diverged trial the steps up to the one that diverged
 * @param boundaries steps at which a checkpoint lies: {@code 0, ..., T}, ascending; the segments of
 *     the replay lie between neighbours
 * @param divergence what happened where the trial diverged, such as "loss was NaN at step 12";
 *     empty where it did not
 * @param seconds of training, over all attempts
 * @param waitSeconds of these, spent waiting for samples to be read
 */
public record Recording(
    long steps,
    List<Long> boundaries,
    String divergence,
    List<EpochRecord> epochs,
    double seconds,
    double waitSeconds)
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

  /**
   * The step after the epoch with the lowest validation loss, the first of equals; empty where no
   * epoch ended or nothing was held out.
   */
  public OptionalLong bestStep() {
    return epochs.stream()
        .filter(epoch -> !Double.isNaN(epoch.validationLoss()))
        .min(Comparator.comparingDouble(EpochRecord::validationLoss))
        .map(epoch -> OptionalLong.of(epoch.step()))
        .orElse(OptionalLong.empty());
  }

  /** How many points an average is taken over: fewer where a diverged path has fewer. */
  public long points(Reference.AverageLast average) {
    return Math.min(average.points(), Math.max(1, steps));
  }

  /** Whether the path has such a point; one that diverged may have ended no epoch. */
  public boolean has(Reference reference) {
    return !(reference instanceof Reference.BestValidation) || bestStep().isPresent();
  }

  /** What part each update of the path has in a reference point. */
  public GammaNull.Share share(Reference reference) {
    if (reference instanceof Reference.Final) {
      return new GammaNull.Share(steps, 1);
    } else if (reference instanceof Reference.BestValidation) {
      return new GammaNull.Share(bestStep().orElse(0), 1);
    } else if (reference instanceof Reference.AverageLast average) {
      return new GammaNull.Share(steps, points(average));
    }
    return GammaNull.Share.NONE;
  }
}
