package dev.secant.geometry;

import dev.secant.engine.Engine;
import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The inner products of each step of a path, one step after another: it keeps the weights from
 * before the step. On a processor whose vector units Java can use they cost one pass over the
 * vectors ({@link VectorProducts}), elsewhere the tensor library computes them ({@link
 * ProductsProgram}), and they stay where they were computed until they are taken.
 */
public final class StepProducts implements AutoCloseable {
  private static final boolean VECTORS =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

  private final Scope root;
  private final boolean vectors;
  private final Tensor before;
  private final ProductsProgram program = new ProductsProgram();
  private final Program copy =
      Program.compile(
          """
            def copy(self: __torch__.secant.Net, into: Tensor, source: Tensor) -> Tensor:
              _0 = torch.copy_(into, source)
              return torch.slice(into, 0, 0, 0)
          """);

  private final List<List<Products>> known = new ArrayList<>();
  private final List<Tensor> unread = new ArrayList<>();
  private Scope scopeOfUnread;
  private int towards;

  /**
   * @param size numbers in a weight vector
   * @param scope where room for one weight vector is taken
   */
  public StepProducts(int size, Scope scope) {
    this(size, scope, VECTORS);
  }

  /**
   * @param vectors whether vector units may be used where the vectors lie in reach of them
   */
  StepProducts(int size, Scope scope, boolean vectors) {
    this.root = scope;
    this.vectors = vectors;
    this.before = scope.zeros(size);
    this.scopeOfUnread = scope.child();
  }

  /** The path goes on from these weights. */
  public void start(Scope scope, Tensor weights) {
    copy.call(scope, "copy", before, weights);
  }

  /**
   * The next step.
   *
   * @param gradient at the weights before the step; vectors that lie one after another
   * @param after the weights that the optimizer made of them
   * @param references points that products are wanted towards, the same number in each step
   */
  public void next(Scope scope, List<Tensor> gradient, Tensor after, List<Tensor> references) {
    Optional<ByteBuffer> from = shared(before);
    Optional<ByteBuffer> to = shared(after);
    if (from.isPresent() && to.isPresent()) {
      known.add(
          VectorProducts.ofStep(
              from.get(), all(gradient), to.get(), all(references), Engine.threads()));
    } else {
      compute(scope, gradient, after, references);
      start(scope, after);
    }
  }

  /**
   * For each step since the last call, the products towards each reference point; waits for the
   * device.
   */
  public List<List<Products>> take() {
    List<List<Products>> taken = new ArrayList<>(known);
    known.clear();
    if (!unread.isEmpty()) {
      List<Products> read = ProductsProgram.read(scopeOfUnread.join(unread));
      for (int i = 0; i < read.size(); i += towards) {
        taken.add(read.subList(i, i + towards));
      }
      unread.clear();
      scopeOfUnread.close();
      scopeOfUnread = root.child();
    }
    return taken;
  }

  private void compute(Scope scope, List<Tensor> gradient, Tensor after, List<Tensor> references) {
    Tensor joined = scope.join(gradient);
    towards = references.size();
    for (Tensor reference : references) {
      Tensor products = program.ofStep(scope, before, joined, after, reference);
      scopeOfUnread.keep(products);
      unread.add(products);
    }
  }

  private Optional<ByteBuffer> shared(Tensor tensor) {
    return vectors ? tensor.shared() : Optional.empty();
  }

  private static List<ByteBuffer> all(List<Tensor> tensors) {
    return tensors.stream().map(tensor -> tensor.shared().orElseThrow()).toList();
  }

  @Override
  public void close() {
    scopeOfUnread.close();
    program.close();
    copy.close();
  }
}
