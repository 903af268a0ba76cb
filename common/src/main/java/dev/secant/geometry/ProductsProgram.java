package dev.secant.geometry;

import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;

/**
 * The inner products of one step, computed in one pass over the vectors: parts that stay in the
 * processor's cache are multiplied and summed in float32, their sums added in float64. One float32
 * product over 46 million numbers would be off by more than 1e-3.
 *
 * <p>{@code sum} adds in a cascade. {@code dot} adds in a row, which costs less, but rounds alike
 * numbers always the same way: the norm of Adam's first update, whose numbers all have the same
 * size, was off by 5e-6 of it.
 */
public final class ProductsProgram implements AutoCloseable {
  /** Seven vectors of this length, 128 KiB each, lie in a second-level cache. */
  private static final int PART = 32768;

  private static final String METHODS =
      """
        def copy(self: __torch__.Net, into: Tensor, source: Tensor) -> Tensor:
          _0 = torch.copy_(into, source)
          return torch.slice(into, 0, 0, 0)
        def products(self: __torch__.Net,
          before: Tensor,
          gradient: Tensor,
          after: Tensor,
          reference: Tensor) -> Tensor:
          befores = torch.split(before, %1$d)
          gradients = torch.split(gradient, %1$d)
          afters = torch.split(after, %1$d)
          references = torch.split(reference, %1$d)
          sums = annotate(List[Tensor], [])
          for i in range(torch.len(befores)):
            w = befores[i]
            g = gradients[i]
            d = torch.sub(w, references[i])
            u = torch.sub(afters[i], w)
            _0 = torch.append(sums, torch.sum(torch.mul(w, w)))
            _1 = torch.append(sums, torch.sum(torch.mul(g, g)))
            _2 = torch.append(sums, torch.sum(torch.mul(d, d)))
            _3 = torch.append(sums, torch.sum(torch.mul(g, d)))
            _4 = torch.append(sums, torch.sum(torch.mul(w, g)))
            _5 = torch.append(sums, torch.sum(torch.mul(w, d)))
            _6 = torch.append(sums, torch.sum(torch.mul(u, u)))
            _7 = torch.append(sums, torch.sum(torch.mul(u, d)))
          return torch.sum(torch.view(torch.to(torch.stack(sums), 7), [-1, 8]), [0])
      """
          .formatted(PART);

  private final Program program = Program.compile(METHODS);

  /** Copies a vector over another of the same length. */
  public void copy(Scope scope, Tensor into, Tensor source) {
    program.call(scope, "copy", into, source);
  }

  /**
   * @param before the weights w that the gradient was taken at
   * @param after the weights that the optimizer made of them
   * @param reference the point w*
   */
  public Products products(
      Scope scope, Tensor before, Tensor gradient, Tensor after, Tensor reference) {
    double[] p =
        program.call(scope, "products", before, gradient, after, reference).get(0).toDoubles();
    return new Products(p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]);
  }

  @Override
  public void close() {
    program.close();
  }
}
