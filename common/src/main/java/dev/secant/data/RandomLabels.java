package dev.secant.data;

import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.nio.LongBuffer;
import java.util.Optional;

/**
 * A dataset whose training labels say nothing, or less, about its inputs: the control of Zhang,
 * Bengio, Hardt, Recht, Vinyals, "Understanding deep learning requires rethinking generalization",
 * 2017. Inputs, augmentation and validation samples stay as they are.
 *
 * <p>Each target is, with probability {@code fraction}, replaced by a class drawn uniformly, which
 * may be the true one. What becomes of it is a function of the seed, the sample and the target's
 * position in it alone, so that it is the same in every epoch. Targets that are {@link
 * Task#IGNORED} stay.
 *
 * <p>In segmentation a pixel's position moves with the crop, so labels drawn for positions would
 * change from epoch to epoch. There the classes of a sample as a whole are, with probability {@code
 * fraction}, renamed by a random permutation drawn for that sample: what had one label has one
 * label still, but which one differs from sample to sample.
 */
final class RandomLabels implements Dataset {
  private final Dataset original;
  private final double fraction;
  private final long seed;

  RandomLabels(Dataset original, double fraction, long seed) {
    this.original = original;
    this.fraction = fraction;
    this.seed = seed;
  }

  @Override
  public Task task() {
    return original.task();
  }

  @Override
  public int trainSize() {
    return original.trainSize();
  }

  @Override
  public int validationSize() {
    return original.validationSize();
  }

  @Override
  public void readTrain(int[] samples, RandomStream augmentation, Batch into) {
    original.readTrain(samples, augmentation, into);
    LongBuffer targets = into.targets();
    int size = task().targetSize();
    for (int i = 0; i < samples.length; i++) {
      LongBuffer target = targets.slice(i * size, size);
      if (task() instanceof Task.Segmentation) {
        rename(samples[i], target);
      } else {
        replace(samples[i], target);
      }
    }
  }

  @Override
  public void readValidation(int from, int count, Batch into) {
    original.readValidation(from, count, into);
  }

  @Override
  public Optional<StoredImages> stored() {
    return original.stored();
  }

  private void replace(int sample, LongBuffer target) {
    for (int position = 0; position < target.capacity(); position++) {
      RandomStream draws = RandomStream.at(seed, Purpose.RANDOM_LABELS, sample, position);
      if (target.get(position) != Task.IGNORED && draws.nextDouble() < fraction) {
        target.put(position, draws.nextInt(task().classes()));
      }
    }
  }

  private void rename(int sample, LongBuffer target) {
    RandomStream draws = RandomStream.at(seed, Purpose.RANDOM_LABELS, sample);
    if (draws.nextDouble() >= fraction) {
      return;
    }
    int[] names = draws.permutation(task().classes());
    for (int position = 0; position < target.capacity(); position++) {
      long label = target.get(position);
      if (label != Task.IGNORED) {
        target.put(position, names[Math.toIntExact(label)]);
      }
    }
  }
}
