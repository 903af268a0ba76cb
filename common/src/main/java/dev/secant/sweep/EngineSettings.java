package dev.secant.sweep;

import java.io.Serializable;
import java.util.Locale;

/**
 * What computes a trial.
 *
 * @param threads of the tensor library, for one trial; another number gives other rounding
 * @param deterministic whether a GPU may only use kernels that give the same bits every time; on a
 *     CPU they always do
 * @param gpuFrom trainable weights from which on a trial is worth a GPU, where there is one;
 *     smaller ones compute on the CPU
 * @param imageMemory bytes of a GPU's memory that the images of a trial's dataset may take
 */
public record EngineSettings(
    Device device, int threads, boolean deterministic, int gpuFrom, long imageMemory)
    implements Serializable {
  /** Where tensors live. {@code AUTO} is the GPU where there is one. */
  public enum Device {
    AUTO,
    CPU,
    GPU;

    /** As in files and tables. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What {@code imageMemory} is unless a sweep says otherwise: 1 GiB. */
  public static final long IMAGE_MEMORY = 1L << 30;

  /** Every trial on the same device. */
  public EngineSettings(Device device, int threads, boolean deterministic) {
    this(device, threads, deterministic, 0, IMAGE_MEMORY);
  }

  /** The same on this device. */
  public EngineSettings on(Device chosen) {
    return new EngineSettings(chosen, threads, deterministic, gpuFrom, imageMemory);
  }

  /** What computes a trial of so many trainable weights. */
  public EngineSettings ofTrial(int weights) {
    return device == Device.GPU && weights < gpuFrom ? on(Device.CPU) : this;
  }
}
