package dev.secant.geometry;

import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The inner products of one step or point, computed in one pass over the vectors. */
public final class ProductsProgram implements AutoCloseable {
  private static final String METHODS =
      PartialSums.method(
              "step",
              List.of("before", "gradient", "after", "reference"),
              List.of(
                  "w = before_i",
                  "g = gradient_i",
                  "d = torch.sub(w, reference_i)",
                  "u = torch.sub(after_i, w)"),
              List.of("w w", "g g", "d d", "g d", "w g", "w d", "u u", "u d"))
          + PartialSums.method(
              "point",
              List.of("weights", "gradient", "reference"),
              List.of("w = weights_i", "g = gradient_i", "d = torch.sub(w, reference_i)"),
              List.of("w w", "g g", "d d", "g d", "w g", "w d"));

  private final Program program = Program.compile(METHODS);

  /**
   * The products of a step, to be read later: float64 {@code [8]}, for {@link #read}.
   *
   * @param before the weights w that the gradient was taken at
   * @param after the weights that the optimizer made of them
   * @param reference the point w*
   */
  Tensor ofStep(Scope scope, Tensor before, Tensor gradient, Tensor after, Tensor reference) {
    return program.call(scope, "step", before, gradient, after, reference).get(0);
  }

  /** Products that lie one after another; waits for the device. */
  static List<Products> read(Tensor products) {
    double[] p = products.toDoubles();
    List<Products> read = new ArrayList<>();
    for (int i = 0; i < p.length; i += 8) {
      read.add(
          new Products(p[i], p[i + 1], p[i + 2], p[i + 3], p[i + 4], p[i + 5], p[i + 6], p[i + 7]));
    }
    return read;
  }

  /** The products of a gradient that no update follows: those with u are NaN. */
  public Products products(Scope scope, Tensor weights, Tensor gradient, Tensor reference) {
    double[] p = program.call(scope, "point", weights, gradient, reference).get(0).toDoubles();
    return new Products(p[0], p[1], p[2], p[3], p[4], p[5], Double.NaN, Double.NaN);
  }

  @Override
  public void close() {
    program.close();
  }
}
