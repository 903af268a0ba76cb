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

  /** A function of the position in the tensor, row-major; for buffers such as positions. */
  record Computed(IntToDoubleFunction valueAt) implements Initial {}
}
