package dev.secant.sweep;

import java.io.Serializable;
import java.util.Locale;

/**
 * What computes a trial.
 *
 * @param threads of the tensor library, for one trial; another number gives other rounding
 * @param deterministic whether a GPU may only use kernels that give the same bits every time; on a
 *     CPU they always do
 */
public record EngineSettings(Device device, int threads, boolean deterministic)
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

  /** The same on this device. */
  public EngineSettings on(Device chosen) {
    return new EngineSettings(chosen, threads, deterministic);
  }
}
