package dev.secant.training;

import dev.secant.data.Batch;
import dev.secant.data.Dataset;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import dev.secant.sweep.Trial;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The samples of each step, and of each pass beside the path, with the seeds of dropout masks:
 * functions of the trial and of what the batch is for. They are read ahead of their use.
 */
final class Minibatches implements AutoCloseable {
  /** A batch and the seeds of the dropout masks that go with it. */
  record Drawn(Batch batch, long[] seeds) {}

  /** Batches read ahead of the one in use, where so many are small enough. */
  private static final int MOST_AHEAD = 3;

  /** Memory for batches read ahead, unless a single one takes more. */
  private static final long BYTES_AHEAD = 64L << 20;

  private final Trial trial;
  private final Dataset dataset;
  private final int dropouts;
  private final boolean cuts;
  private final Prefetch prefetch = new Prefetch();
  private final List<Batch> training = new ArrayList<>();
  private final List<Batch> aside = new ArrayList<>();
  // Of the reading thread alone.
  private int[] order = {};
  private long orderedEpoch = -1;
  private int[] fullOrder = {};
  private int[] probes = {};

  /**
   * @param cuts whether batches hold cuts in place of pixels; see {@link Dataset#stored}
   */
  Minibatches(Trial trial, Dataset dataset, int dropouts, boolean cuts) {
    this.cuts = cuts;
    this.trial = trial;
    this.dataset = dataset;
    this.dropouts = dropouts;
  }

  long stepsPerEpoch() {
    return dataset.trainSize() / trial.batchSize();
  }

  /** How long batches were waited for until now. */
  double waitSeconds() {
    return prefetch.waitSeconds();
  }

  /** What the path's steps {@code from .. until - 1} learn from. */
  Prefetch.Sequence training(long from, long until) {
    return prefetch.read(rooms(training, until - from), from, until, this::training);
  }

  /**
   * The first of the minibatches that are the same all along the path: samples, crops and masks. It
   * may be read beside the path, as {@link #fullBatch} and {@link #validation}, one of them at a
   * time.
   */
  Prefetch.Sequence probes(int count) {
    return prefetch.read(rooms(aside, count), 0, count, this::probe);
  }

  /**
   * All training samples in parts, each of them in one part. They are shuffled, once a trial, since
   * BatchNorm looks at a part as a whole; the last part may be smaller.
   *
   * @param epoch which augmentation is drawn for
   */
  Prefetch.Sequence fullBatch(int epoch) {
    int parts = parts(dataset.trainSize());
    return prefetch.read(
        rooms(aside, parts), 0, parts, (part, into) -> fullBatch(epoch, (int) part, into));
  }

  /** All validation samples in parts, none where nothing is held out. */
  Prefetch.Sequence validation() {
    int parts = parts(dataset.validationSize());
    return prefetch.read(rooms(aside, parts), 0, parts, this::validation);
  }

  private Drawn training(long t, Batch into) {
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
        samples, RandomStream.at(trial.seeds().noise(), Purpose.AUGMENTATION, t), into);
    return new Drawn(into, seeds(Purpose.DROPOUT, t));
  }

  private Drawn probe(long probe, Batch into) {
    if (probes.length == 0) {
      probes =
          RandomStream.at(trial.seeds().order(), Purpose.PROBES).permutation(dataset.trainSize());
    }
    int[] samples = new int[trial.batchSize()];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = probes[(int) ((probe * samples.length + i) % probes.length)];
    }
    dataset.readTrain(samples, RandomStream.at(trial.seeds().noise(), Purpose.PROBES, probe), into);
    return new Drawn(into, seeds(Purpose.PROBES, probe));
  }

  private Drawn fullBatch(int epoch, int part, Batch into) {
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
        into);
    return new Drawn(into, seeds(Purpose.FULL_BATCH, epoch, part));
  }

  private Drawn validation(long part, Batch into) {
    int from = (int) part * trial.batchSize();
    int count = Math.min(trial.batchSize(), dataset.validationSize() - from);
    dataset.readValidation(from, count, into);
    return new Drawn(into, new long[0]);
  }

  private int parts(int samples) {
    return (samples + trial.batchSize() - 1) / trial.batchSize();
  }

  /** Makes room for the batch in use and some ahead, unless it is there already. */
  private List<Batch> rooms(List<Batch> rooms, long batches) {
    while (rooms.size() < batches && (rooms.isEmpty() || rooms.size() <= ahead(rooms.get(0)))) {
      rooms.add(
          cuts
              ? Batch.ofCuts(dataset.task(), trial.batchSize())
              : new Batch(dataset.task(), trial.batchSize()));
    }
    return rooms;
  }

  private static long ahead(Batch batch) {
    return Math.max(1, Math.min(MOST_AHEAD, BYTES_AHEAD / batch.bytes()));
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

  @Override
  public void close() {
    prefetch.close();
  }
}
