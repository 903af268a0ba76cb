package dev.secant.data;

import dev.secant.random.RandomStream;
import java.nio.LongBuffer;

/**
 * Text as token indices. A sample is one of the windows that lie side by side; its targets are the
 * tokens one place further on. What does not fill a window at the end is left out.
 */
final class TokenWindows implements Dataset {
  private final Task.Language task;
  private final int[] train;
  private final int[] validation;

  TokenWindows(Task.Language task, int[] train, int[] validation) {
    this.task = task;
    this.train = train;
    this.validation = validation;
  }

  @Override
  public Task task() {
    return task;
  }

  @Override
  public int trainSize() {
    return windows(train);
  }

  @Override
  public int validationSize() {
    return windows(validation);
  }

  /** Draws nothing: text is not augmented. */
  @Override
  public void readTrain(int[] samples, RandomStream augmentation, Batch into) {
    into.resize(samples.length);
    LongBuffer inputs = into.tokens();
    LongBuffer targets = into.targets();
    for (int i = 0; i < samples.length; i++) {
      write(train, samples[i], i, inputs, targets);
    }
  }

  @Override
  public void readValidation(int from, int count, Batch into) {
    into.resize(count);
    LongBuffer inputs = into.tokens();
    LongBuffer targets = into.targets();
    for (int i = 0; i < count; i++) {
      write(validation, from + i, i, inputs, targets);
    }
  }

  private int windows(int[] tokens) {
    return Math.max(0, (tokens.length - 1) / task.window());
  }

  private void write(int[] tokens, int sample, int place, LongBuffer inputs, LongBuffer targets) {
    int window = task.window();
    for (int i = 0; i < window; i++) {
      inputs.put(place * window + i, tokens[sample * window + i]);
      targets.put(place * window + i, tokens[sample * window + i + 1]);
    }
  }
}
