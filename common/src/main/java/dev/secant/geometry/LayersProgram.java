package dev.secant.geometry;

import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The inner products of each parameter tensor by itself. */
public final class LayersProgram implements AutoCloseable {
  private final Program program;
  private final int tensors;

  /**
   * @param sizes numbers in each tensor, in the order of the flat vectors
   */
  public LayersProgram(List<Integer> sizes) {
    this.tensors = sizes.size();
    this.program =
        Program.compile(
            PartialSums.methodByStretch(
                "layers",
                List.of("w", "g", "reference"),
                List.of("d = torch.sub(w_i, reference_i)"),
                List.of("g_i g_i", "d d", "g_i d"),
                sizes));
  }

  /** Of each tensor; the products with w and u are NaN. */
  public List<Products> products(Scope scope, Tensor weights, Tensor gradient, Tensor reference) {
    double[] p = program.call(scope, "layers", weights, gradient, reference).get(0).toDoubles();
    List<Products> products = new ArrayList<>();
    for (int i = 0; i < tensors; i++) {
      products.add(
          new Products(
              Double.NaN,
              p[3 * i],
              p[3 * i + 1],
              p[3 * i + 2],
              Double.NaN,
              Double.NaN,
              Double.NaN,
              Double.NaN));
    }
    return products;
  }

  @Override
  public void close() {
    program.close();
  }
}
