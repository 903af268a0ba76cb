package dev.secant.data;

import dev.secant.random.RandomStream;
import java.util.Optional;

/**
 * A dataset in memory, or the list of its files where it is too large: immutable, shared by all
 * trials of a process, read by many threads at once. Samples are addressed by index; there are no
 * per-sample objects.
 */
public interface Dataset {
  Task task();

  int trainSize();

  int validationSize();

  /**
   * Writes training samples into a batch, augmented where the dataset augments.
   *
   * @param samples indices below {@link #trainSize()}, as many as the batch shall hold
   * @param augmentation where crops and flips are drawn from, sample after sample in order
   * @throws dev.secant.config.InputException where a file that is read only now is damaged
   */
  void readTrain(int[] samples, RandomStream augmentation, Batch into);

  /**
   * Writes the validation samples {@code from .. from + count - 1} into a batch, never augmented.
   *
   * @throws dev.secant.config.InputException where a file that is read only now is damaged
   */
  void readValidation(int from, int count, Batch into);

  /**
   * What a device needs to cut the samples itself: where this is there, batches of cuts ({@link
   * Batch#ofCuts}) can be read as well.
   */
  default Optional<StoredImages> stored() {
    return Optional.empty();
  }
}
