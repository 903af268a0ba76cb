package dev.secant.bench;

import dev.secant.data.Batch;
import dev.secant.data.Dataset;
import dev.secant.data.StoredImages;
import dev.secant.data.Task;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Optional;

/**
 * One minibatch of noise, in memory: every step learns from the same samples. Images are stored as
 * bytes, too, as most datasets of images are.
 */
final class RandomSamples implements Dataset {
  private final Task task;
  private final Batch samples;
  private final byte[] stored;

  RandomSamples(Task task, int batchSize) {
    this.task = task;
    this.samples = new Batch(task, batchSize);
    this.stored = new byte[task instanceof Task.Language ? 0 : batchSize * task.inputSize()];
    RandomStream random = RandomStream.at(0, Purpose.GENERATED_DATA);
    for (int i = 0; i < batchSize * task.inputSize(); i++) {
      if (task instanceof Task.Language) {
        samples.tokens().put(i, random.nextInt(task.classes()));
      } else {
        stored[i] = (byte) random.nextInt(256);
        samples.pixels().put(i, number(stored[i] & 0xFF));
      }
    }
    for (int i = 0; i < batchSize * task.targetSize(); i++) {
      samples.targets().put(i, random.nextInt(task.classes()));
    }
  }

  @Override
  public Task task() {
    return task;
  }

  @Override
  public int trainSize() {
    return samples.capacity();
  }

  @Override
  public int validationSize() {
    return 0;
  }

  @Override
  public Optional<StoredImages> stored() {
    if (!(task instanceof Task.Classification)) {
      return Optional.empty();
    }
    int channels = task.inputShape().get(0);
    FloatBuffer numbers = FloatBuffer.allocate(channels * 256);
    for (int i = 0; i < numbers.capacity(); i++) {
      numbers.put(i, number(i % 256));
    }
    return Optional.of(new StoredImages(ByteBuffer.wrap(stored), numbers, 0));
  }

  /** Evenly spread, with mean 0 and variance 1. */
  private static float number(int level) {
    return (level - 127.5f) / 73.9f;
  }

  @Override
  public void readTrain(int[] indices, RandomStream augmentation, Batch into) {
    into.resize(indices.length);
    if (into.holdsCuts()) {
      for (int i = 0; i < indices.length; i++) {
        into.cuts().put(i * Batch.CUT, new long[] {indices[i], 0, 0, 0});
      }
    } else {
      copy(indices, samples.inputBytes(), into.inputBytes());
    }
    copy(indices, samples.targetBytes(), into.targetBytes());
  }

  @Override
  public void readValidation(int from, int count, Batch into) {
    throw new UnsupportedOperationException("no validation samples");
  }

  private static void copy(int[] indices, ByteBuffer from, ByteBuffer into) {
    int size = into.capacity() / indices.length;
    for (int i = 0; i < indices.length; i++) {
      into.put(i * size, from, indices[i] * size, size);
    }
  }
}
