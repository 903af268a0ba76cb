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
 */
public record EngineSettings(Device device, int threads, boolean deterministic, int gpuFrom)
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

  /** Every trial on the same device. */
  public EngineSettings(Device device, int threads, boolean deterministic) {
    this(device, threads, deterministic, 0);
  }

  /** The same on this device. */
  public EngineSettings on(Device chosen) {
    return new EngineSettings(chosen, threads, deterministic, gpuFrom);
  }

  /** What computes a trial of so many trainable weights. */
  public EngineSettings ofTrial(int weights) {
    return device == Device.GPU && weights < gpuFrom ? on(Device.CPU) : this;
  }
}
