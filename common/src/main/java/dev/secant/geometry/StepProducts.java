package dev.secant.geometry;

import dev.secant.engine.Engine;
import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.engine.VectorUnits;
import dev.secant.optimizer.ChunkMove;
import dev.secant.optimizer.SummedMove;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The inner products of each step of a path, one step after another. On a processor whose vector
 * units Java can use they are taken in one pass over the vectors ({@link VectorPass}), where
 * possible the pass that moves the weights; elsewhere the tensor library computes them ({@link
 * ProductsProgram}), and they stay where they were computed until they are taken.
 */
public final class StepProducts implements AutoCloseable {
  private final Scope root;
  private final List<Tensor> references;
  private final boolean vectors;
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
  private Optional<Tensor> kept = Optional.empty();
  private Scope scopeOfUnread;

  /**
   * @param references points that products are wanted towards
   * @param scope where room for one weight vector may be taken
   */
  public StepProducts(List<Tensor> references, Scope scope) {
    this(references, scope, VectorUnits.areHere());
  }

  /**
   * @param vectors whether vector units may be used where the vectors lie in reach of them
   */
  StepProducts(List<Tensor> references, Scope scope, boolean vectors) {
    this.root = scope;
    this.references = List.copyOf(references);
    this.vectors = vectors;
    this.scopeOfUnread = scope.child();
  }

  /**
   * The next steps, and the products on their way.
   *
   * @param settings of each step
   * @param slots of the rule
   * @param weights that they move
   * @param gradients of each step, raw; vectors that lie one after another
   */
  public void move(
      ChunkMove.Rule rule,
      List<ChunkMove.Settings> settings,
      List<ByteBuffer> slots,
      ByteBuffer weights,
      List<List<ByteBuffer>> gradients) {
    List<ByteBuffer> points = all(references);
    if (points.size() != 1) {
      for (int i = 0; i < settings.size(); i++) {
        ChunkMove step = rule.step(settings.get(i), slots);
        known.add(VectorPass.of(step, weights, gradients.get(i), points, Engine.threads()));
      }
      return;
    }
    for (int i = 0; i < settings.size(); i += SummedMove.MOST) {
      int end = Math.min(i + SummedMove.MOST, settings.size());
      SummedMove steps = rule.summed(settings.subList(i, end), slots);
      VectorPass.of(steps, weights, gradients.subList(i, end), points.get(0), Engine.threads())
          .forEach(products -> known.add(List.of(products)));
    }
  }

  /** Somebody else is about to move these weights; the path goes on from where it was. */
  public void beforeMove(Tensor weights) {
    if (kept.isEmpty()) {
      kept = Optional.of(root.copyOf(weights));
    }
  }

  /**
   * They have been moved.
   *
   * @param gradient at the weights before the step; vectors that lie one after another
   */
  public void afterMove(Scope scope, Tensor weights, List<Tensor> gradient) {
    Tensor before = kept.orElseThrow(() -> new IllegalStateException("nothing was about to move"));
    Optional<ByteBuffer> from = shared(before);
    Optional<ByteBuffer> to = shared(weights);
    if (from.isPresent() && to.isPresent()) {
      known.add(
          VectorPass.of(
              made(from.get()), to.get(), all(gradient), all(references), Engine.threads()));
    } else {
      compute(scope, before, gradient, weights);
      copy.call(scope, "copy", before, weights);
    }
  }

  /** A move that was made: the weights before it were kept, those after it are kept now. */
  private static ChunkMove made(ByteBuffer kept) {
    FloatBuffer numbers = kept.asFloatBuffer();
    return (weights, at, gradient, inGradient, size, before) -> {
      numbers.get(at / Float.BYTES, before, 0, size);
      kept.put(at, weights, at, size * Float.BYTES);
    };
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
      for (int i = 0; i < read.size(); i += references.size()) {
        taken.add(read.subList(i, i + references.size()));
      }
      unread.clear();
      scopeOfUnread.close();
      scopeOfUnread = root.child();
    }
    return taken;
  }

  private void compute(Scope scope, Tensor before, List<Tensor> gradient, Tensor after) {
    Tensor joined = scope.join(gradient);
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
