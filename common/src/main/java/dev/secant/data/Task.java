package dev.secant.data;

import java.util.List;

/** What is learned: the shapes of inputs and targets, and with them the loss and the score. */
public sealed interface Task {

  /** The number of classes, or the size of the vocabulary: the width of the network's output. */
  int classes();

  /** The shape of one sample's input. */
  List<Integer> inputShape();

  /** Numbers in one sample's input. */
  default int inputSize() {
    return inputShape().stream().reduce(1, Math::multiplyExact);
  }

  /** The shape of one sample's targets; empty for one label. */
  List<Integer> targetShape();

  /** Targets in one sample: 1, a pixel each, or a token each. */
  default int targetSize() {
    return targetShape().stream().reduce(1, Math::multiplyExact);
  }

  /**
   * One label an image. Input float32 {@code [n, channels, height, width]}, target int64 {@code
   * [n]}; cross entropy; scored by accuracy.
   */
  record Classification(int channels, int height, int width, int classes) implements Task {
    @Override
    public List<Integer> inputShape() {
      return List.of(channels, height, width);
    }

    @Override
    public List<Integer> targetShape() {
      return List.of();
    }
  }

  /**
   * One label a pixel. Input float32 {@code [n, channels, height, width]}, target int64 {@code [n,
   * height, width]}, {@link #IGNORED} where a pixel has no label; cross entropy over the labelled
   * pixels; scored by mean intersection over union.
   */
  record Segmentation(int channels, int height, int width, int classes) implements Task {
    @Override
    public List<Integer> inputShape() {
      return List.of(channels, height, width);
    }

    @Override
    public List<Integer> targetShape() {
      return List.of(height, width);
    }
  }

  /**
   * The next token at every position. Input int64 {@code [n, window]}, target int64 {@code [n,
   * window]}; cross entropy a token; scored by perplexity.
   */
  record Language(int vocabulary, int window) implements Task {
    @Override
    public int classes() {
      return vocabulary;
    }

    @Override
    public List<Integer> inputShape() {
      return List.of(window);
    }

    @Override
    public List<Integer> targetShape() {
      return List.of(window);
    }
  }

  /** The target of a position that counts neither in the loss nor in the score. */
  long IGNORED = -100;
}
