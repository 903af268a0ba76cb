package dev.secant.random;

/** What a random draw is for. The code is part of every path ever measured: never change one. */
public enum Purpose {
  /** Initial weights; coordinate: the tensor's index. */
  INITIAL_WEIGHTS(1),
  /** Order of the training samples; coordinate: the epoch. */
  SAMPLE_ORDER(2),
  /** Crops and flips; coordinate: the step. */
  AUGMENTATION(3),
  /** Dropout masks; coordinates: the step and the layer's index. */
  DROPOUT(4),
  /** Which samples are held out for validation. */
  VALIDATION_SPLIT(5),
  /** Generated datasets; coordinates: the dataset's own. */
  GENERATED_DATA(6),
  /** Labels drawn in place of the true ones; coordinates: the sample and the target's position. */
  RANDOM_LABELS(7),
  /** Noise in place of gradients; coordinate: the step. */
  GRADIENT_NOISE(8),
  /** The probes' samples, augmentation and dropout; coordinates: the probe, the layer's index. */
  PROBES(9),
  /**
   * Order, augmentation and dropout of full-batch passes; coordinates: epoch, part, layer's index.
   */
  FULL_BATCH(10);

  private final long code;

  Purpose(long code) {
    this.code = code * 0xD1B54A32D192ED03L;
  }

  long code() {
    return code;
  }
}
