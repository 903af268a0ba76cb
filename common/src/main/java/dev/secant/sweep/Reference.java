package dev.secant.sweep;

import java.io.Serializable;

/** A point w* that the directions of a path's steps are taken to. */
public sealed interface Reference extends Serializable {
  /** Its name in the tables. */
  String name();

  /** The weights that the path ends with. */
  record Final() implements Reference {
    @Override
    public String name() {
      return "final";
    }
  }

  /** The weights that the path starts with: a control. */
  record Initial() implements Reference {
    @Override
    public String name() {
      return "initial";
    }
  }

  /** The weights at the end of the epoch with the lowest validation loss, the first of equals. */
  record BestValidation() implements Reference {
    @Override
    public String name() {
      return "best-validation";
    }
  }

  /**
   * The mean of the path's last points.
   *
   * @param points how many, the final one included; at most the path's steps count
   */
  record AverageLast(int points) implements Reference {
    @Override
    public String name() {
      return "average-last-" + points;
    }
  }

  /**
   * The final weights of a trial that differs in some way, such as its sample order.
   *
   * @param json what differs, as in {@link Trial#sibling}
   */
  record Sibling(String name, String json) implements Reference {}

  /** The final weights of another trial of the same output, whose checkpoints were kept. */
  record OfTrial(String trialId) implements Reference {
    @Override
    public String name() {
      return "trial-" + trialId;
    }
  }

  /** Weights in a safetensors file, by name. */
  record OfFile(String name, String path) implements Reference {}
}
