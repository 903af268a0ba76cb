package dev.secant.geometry;

import dev.secant.engine.Engine;
import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
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
   * @param gradient at the weights before the step
   * @param after the weights that the optimizer made of them
   */
  public List<Products> next(Scope scope, Tensor gradient, Tensor after, List<Tensor> references) {
    Optional<List<FloatBuffer>> shared = shared(gradient, after, references);
    if (shared.isPresent()) {
      List<FloatBuffer> vectors = shared.get();
      return VectorProducts.ofStep(
          vectors.get(0),
          vectors.get(1),
          vectors.get(2),
          vectors.subList(3, vectors.size()),
          Engine.threads());
    }
    List<Products> products =
        references.stream()
            .map(reference -> program.products(scope, before, gradient, after, reference))
            .toList();
    start(scope, after);
    return products;
  }

  private Optional<List<FloatBuffer>> shared(
      Tensor gradient, Tensor after, List<Tensor> references) {
    if (!VECTORS) {
      return Optional.empty();
    }
    List<Tensor> tensors = new ArrayList<>(List.of(before, gradient, after));
    tensors.addAll(references);
    List<FloatBuffer> buffers =
        tensors.stream().flatMap(tensor -> tensor.shared().stream()).toList();
    return buffers.size() == tensors.size() ? Optional.of(buffers) : Optional.empty();
  }

  @Override
  public void close() {
    program.close();
    copy.close();
  }
}
