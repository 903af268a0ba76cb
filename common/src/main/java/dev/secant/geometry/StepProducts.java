package dev.secant.geometry;

import dev.secant.engine.Engine;
import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The inner products of each step of a path, one step after another: it keeps the weights from
 * before the step. On a processor whose vector units Java can use they cost one pass over the
 * vectors ({@link VectorProducts}), elsewhere the tensor library computes them ({@link
 * ProductsProgram}).
 */
public final class StepProducts implements AutoCloseable {
  private static final boolean VECTORS =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

  private final Tensor before;
  private final ProductsProgram program = new ProductsProgram();
  private final Program copy =
      Program.compile(
          """
            def copy(self: __torch__.secant.Net, into: Tensor, source: Tensor) -> Tensor:
              _0 = torch.copy_(into, source)
              return torch.slice(into, 0, 0, 0)
          """);

  /**
   * @param size numbers in a weight vector
   * @param scope where room for one weight vector is taken
   */
  public StepProducts(int size, Scope scope) {
    this.before = scope.zeros(size);
  }

  /** The path goes on from these weights. */
  public void start(Scope scope, Tensor weights) {
    copy.call(scope, "copy", before, weights);
  }

  /**
   * The products of the next step towards each reference point.
   *
   * @param gradient at the weights before the step; vectors that lie one after another
   * @param after the weights that the optimizer made of them
   */
  public List<Products> next(
      Scope scope, List<Tensor> gradient, Tensor after, List<Tensor> references) {
    Optional<FloatBuffer> from = shared(before);
    Optional<FloatBuffer> to = shared(after);
    if (from.isPresent() && to.isPresent()) {
      return VectorProducts.ofStepAndOn(
          from.get(), all(gradient), to.get(), all(references), Engine.threads());
    }
    List<Products> products = between(scope, before, gradient, after, references);
    start(scope, after);
    return products;
  }

  /** The products of a step whose weights before it are kept; see {@link #next}. */
  public List<Products> between(
      Scope scope, Tensor weights, List<Tensor> gradient, Tensor after, List<Tensor> references) {
    Optional<FloatBuffer> from = shared(weights);
    Optional<FloatBuffer> to = shared(after);
    if (from.isPresent() && to.isPresent()) {
      return VectorProducts.ofStep(
          from.get(), all(gradient), to.get(), all(references), Engine.threads());
    }
    Tensor joined = scope.join(gradient);
    return references.stream()
        .map(reference -> program.products(scope, weights, joined, after, reference))
        .toList();
  }

  private static Optional<FloatBuffer> shared(Tensor tensor) {
    return VECTORS ? tensor.shared() : Optional.empty();
  }

  private static List<FloatBuffer> all(List<Tensor> tensors) {
    return tensors.stream().map(tensor -> tensor.shared().orElseThrow()).toList();
  }

  @Override
  public void close() {
    program.close();
    copy.close();
  }
}
