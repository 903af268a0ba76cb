package dev.secant.engine;

/** Where the tensors of a run live: the processor's memory, or that of one GPU. */
public sealed interface Device {
  Device CPU = new Cpu();

  /** As in tables: {@code cpu} or {@code gpu}. */
  String type();

  /** The processor. */
  record Cpu() implements Device {
    @Override
    public String type() {
      return "cpu";
    }
  }

  /**
   * An NVIDIA GPU.
   *
   * @param index from 0, as CUDA counts those that this process sees
   * @param deterministic whether only kernels that give the same bits every time may be used; one
   *     choice for all runs of a process
   */
  record Gpu(int index, boolean deterministic) implements Device {
    public Gpu {
      if (index < 0) {
        throw new IllegalArgumentException("GPU " + index);
      }
    }

    @Override
    public String type() {
      return "gpu";
    }
  }
}
