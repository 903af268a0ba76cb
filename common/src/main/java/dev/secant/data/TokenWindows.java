package dev.secant.data;

import dev.secant.random.RandomStream;
import java.nio.LongBuffer;
import java.nio.file.Path;

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

  /**
   * How many of a text's tokens are used.
   *
   * @param limit as many as are asked for; 0 for all
   * @param option the limit's name, for messages
   */
  static int limit(long available, int limit, String option, int window, Path where) {
    if (limit > available) {
      throw DataFiles.wrong(where, "holds " + available + " tokens, but " + option + " = " + limit);
    }
    if (limit == 0 && available > Integer.MAX_VALUE) {
      throw DataFiles.wrong(
          where,
          String.format(
              "holds %d tokens; at most %d fit into memory, set %s",
              available, Integer.MAX_VALUE, option));
    }
    int used = limit == 0 ? (int) available : limit;
    if (used <= window) {
      throw DataFiles.wrong(
          where,
          used
              + " tokens in use; expected more than one window of "
              + window
              + " ("
              + option
              + ")");
    }
    return used;
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
