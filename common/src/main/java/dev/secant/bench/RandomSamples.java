package dev.secant.bench;

import dev.secant.data.Batch;
import dev.secant.data.Dataset;
import dev.secant.data.Task;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.nio.ByteBuffer;

/** One minibatch of noise, in memory: every step learns from the same samples. */
final class RandomSamples implements Dataset {
  private final Task task;
  private final Batch samples;

  RandomSamples(Task task, int batchSize) {
    this.task = task;
    this.samples = new Batch(task, batchSize);
    RandomStream random = RandomStream.at(0, Purpose.GENERATED_DATA);
    for (int i = 0; i < batchSize * task.inputSize(); i++) {
      if (task instanceof Task.Language) {
        samples.tokens().put(i, random.nextInt(task.classes()));
      } else {
        samples.pixels().put(i, (float) random.nextGaussian());
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
  public void readTrain(int[] indices, RandomStream augmentation, Batch into) {
    into.resize(indices.length);
    copy(samples.inputBytes(), into.inputBytes());
    copy(samples.targetBytes(), into.targetBytes());
  }

  @Override
  public void readValidation(int from, int count, Batch into) {
    throw new UnsupportedOperationException("no validation samples");
  }

  private static void copy(ByteBuffer from, ByteBuffer into) {
    into.put(0, from, 0, into.capacity());
  }
}
