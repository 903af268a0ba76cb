package dev.secant.training;

import dev.secant.data.Batch;
import dev.secant.data.Dataset;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import dev.secant.sweep.Trial;
import java.util.Arrays;

/**
 * The samples that each gradient is taken over, with the seeds of its dropout masks: functions of
 * the trial and of what the gradient is for.
 *
 * <p>A batch given here is overwritten by the next of its kind.
 */
final class Minibatches {
  /** A batch and the seeds of the dropout masks that go with it. */
  record Drawn(Batch batch, long[] seeds) {}

  private final Trial trial;
  private final Dataset dataset;
  private final int dropouts;
  private final Batch training;
  private final Batch measuring;
  private int[] order = {};
  private long orderedEpoch = -1;
  private int[] fullOrder = {};
  private int[] probes = {};

  Minibatches(Trial trial, Dataset dataset, int dropouts) {
    this.trial = trial;
    this.dataset = dataset;
    this.dropouts = dropouts;
    this.training = new Batch(dataset.task(), trial.batchSize());
    this.measuring = new Batch(dataset.task(), trial.batchSize());
  }

  long stepsPerEpoch() {
    return dataset.trainSize() / trial.batchSize();
  }

  /** What the path's step {@code t} learns from. */
  Drawn training(long t) {
    long epoch = t / stepsPerEpoch();
    if (epoch != orderedEpoch) {
      order =
          RandomStream.at(trial.seeds().order(), Purpose.SAMPLE_ORDER, epoch)
              .permutation(dataset.trainSize());
      orderedEpoch = epoch;
    }
    int from = Math.toIntExact(t % stepsPerEpoch()) * trial.batchSize();
    int[] samples = Arrays.copyOfRange(order, from, from + trial.batchSize());
    dataset.readTrain(
        samples, RandomStream.at(trial.seeds().noise(), Purpose.AUGMENTATION, t), training);
    return new Drawn(training, seeds(Purpose.DROPOUT, t));
  }

  /**
   * One of the minibatches that are the same all along the path: samples, crops and masks.
   *
   * @param probe from 0
   */
  Drawn probe(int probe) {
    if (probes.length == 0) {
      probes =
          RandomStream.at(trial.seeds().order(), Purpose.PROBES).permutation(dataset.trainSize());
    }
    int[] samples = new int[trial.batchSize()];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = probes[(int) (((long) probe * samples.length + i) % probes.length)];
    }
    dataset.readTrain(
        samples, RandomStream.at(trial.seeds().noise(), Purpose.PROBES, probe), measuring);
    return new Drawn(measuring, seeds(Purpose.PROBES, probe));
  }

  /** How many parts a pass over all training samples has. */
  int fullBatchParts() {
    return (dataset.trainSize() + trial.batchSize() - 1) / trial.batchSize();
  }

  /**
   * A part of all training samples, each of which is in one part. They are shuffled, once a trial,
   * since BatchNorm looks at a part as a whole; the last part may be smaller.
   *
   * @param part from 0
   */
  Drawn fullBatch(int epoch, int part) {
    if (fullOrder.length == 0) {
      fullOrder =
          RandomStream.at(trial.seeds().order(), Purpose.FULL_BATCH)
              .permutation(dataset.trainSize());
    }
    int from = part * trial.batchSize();
    int to = Math.min(fullOrder.length, from + trial.batchSize());
    dataset.readTrain(
        Arrays.copyOfRange(fullOrder, from, to),
        RandomStream.at(trial.seeds().noise(), Purpose.FULL_BATCH, epoch, part),
        measuring);
    return new Drawn(measuring, seeds(Purpose.FULL_BATCH, epoch, part));
  }

  private long[] seeds(Purpose purpose, long... coordinates) {
    long[] seeds = new long[dropouts];
    for (int layer = 0; layer < seeds.length; layer++) {
      long[] address = Arrays.copyOf(coordinates, coordinates.length + 1);
      address[coordinates.length] = layer;
      seeds[layer] = RandomStream.address(trial.seeds().noise(), purpose, address) >>> 1;
    }
    return seeds;
  }
}
