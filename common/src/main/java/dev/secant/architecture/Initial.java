package dev.secant.architecture;

import java.util.function.IntToDoubleFunction;

/** The values that a tensor starts with. */
public sealed interface Initial {
  /** Every number the same. */
  record Constant(double value) implements Initial {}

  /** Uniform over {@code [-bound, bound)}. */
  record Uniform(double bound) implements Initial {}

  /** Normal with mean 0. */
  record Normal(double deviation) implements Initial {}

  /**
   * Normal for layers before ReLU, so that gradients keep their size on the way back: {@code
   * torch.nn.init.kaiming_normal_} with mode fan_out (He et al., "Delving deep into rectifiers",
   * ICCV 2015).
   */
  static Initial kaimingFanOut(int outputs, int kernel) {
    return new Normal(Math.sqrt(2.0 / ((double) outputs * kernel * kernel)));
  }

  /** A function of the position in the tensor, row-major; for buffers such as positions. */
  record Computed(IntToDoubleFunction valueAt) implements Initial {}
}
