package dev.secant.sweep;

/**
 * What computes a trial.
 *
 * @param threads of the tensor library, for one trial; another number gives other rounding
 */
public record EngineSettings(Device device, int threads) {
  /** Where tensors live. {@code AUTO} is the GPU where there is one. */
  public enum Device {
    AUTO,
    CPU,
    GPU
  }
}
