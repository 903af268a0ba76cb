package dev.secant.training;

import static java.util.stream.Collectors.joining;

import dev.secant.engine.Device;
import dev.secant.engine.Engine;
import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.engine.VectorUnits;
import dev.secant.geometry.StepProducts;
import dev.secant.geometry.VectorPass;
import dev.secant.optimizer.ChunkMove;
import dev.secant.optimizer.Optimizer;
import dev.secant.sweep.Trial;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * An update rule with what comes before it: the gradient is clipped to a norm (as {@code
 * torch.nn.utils.clip_grad_norm_}), then weight decay is added to it, or shrinks the weights where
 * the rule decouples it (both as {@code weight_decay} of {@code torch.optim}).
 *
 * <p>Where the rule has a {@link ChunkMove} and Java's vector units reach the vectors, a step is
 * one {@link VectorPass}. Otherwise it is a compiled program, which walks the vectors part by part,
 * each part while it is in the processor's cache.
 */
final class OptimizerProgram implements AutoCloseable {
  /**
   * Numbers of a part on the processor: long enough for a call's cost, short enough for a cache.
   */
  private static final int PART = 1 << 18;

  private final Trial trial;
  private final Program program;
  private final boolean vectors;

  /**
   * @param pieces numbers in each piece of the gradient
   * @param device where it will compute
   */
  OptimizerProgram(Trial trial, List<Integer> pieces, Device device) {
    this(trial, pieces, device, VectorUnits.equalTheTensorLibrary());
  }

  /**
   * @param vectors whether vector units may be used where the vectors lie in reach of them
   */
  OptimizerProgram(Trial trial, List<Integer> pieces, Device device, boolean vectors) {
    this.trial = trial;
    this.vectors = vectors;
    // A GPU takes a vector at once: there a call costs more than a second look at the memory.
    int part = device.equals(Device.CPU) ? PART : Integer.MAX_VALUE;
    this.program = Program.compile(source(trial, pieces, part));
  }

  /**
   * What one step is made with.
   *
   * @param gradient raw, in its pieces; left as it is
   */
  record Move(List<Tensor> gradient, double learningRate) {}

  /**
   * Makes steps in place, one after another.
   *
   * @param products to be taken of each step
   */
  void update(Scope scope, State state, List<Move> moves, Optional<StepProducts> products) {
    // Without products the tensor library is faster where it has more than one thread.
    boolean pass = vectors && (products.isPresent() || Engine.threads() == 1);
    Optional<ByteBuffer> weights = pass ? state.weights().shared() : Optional.empty();
    Optional<ChunkMove.Rule> chunks = trial.optimizer().chunks();
    if (weights.isPresent() && chunks.isPresent()) {
      pass(scope, chunks.get(), weights.get(), shared(state.slots()), moves, products);
      return;
    }
    for (int i = 0; i < moves.size(); i++) {
      products.ifPresent(before -> before.beforeMove(state.weights()));
      Move move = moves.get(i);
      call(scope, state, state.step() + i + 1, move);
      products.ifPresent(after -> after.afterMove(scope, state.weights(), move.gradient()));
    }
  }

  private void pass(
      Scope scope,
      ChunkMove.Rule rule,
      ByteBuffer weights,
      List<ByteBuffer> slots,
      List<Move> moves,
      Optional<StepProducts> products) {
    List<ChunkMove.Settings> settings =
        moves.stream()
            .map(
                move ->
                    new ChunkMove.Settings(
                        move.learningRate(), factor(scope, move.gradient()), trial.weightDecay()))
            .toList();
    List<List<ByteBuffer>> gradients = moves.stream().map(move -> shared(move.gradient())).toList();
    if (products.isPresent()) {
      products.get().move(rule, settings, slots, weights, gradients);
      return;
    }
    for (int i = 0; i < moves.size(); i++) {
      ChunkMove step = rule.step(settings.get(i), slots);
      VectorPass.of(step, weights, gradients.get(i), List.of(), 1);
    }
  }

  private float factor(Scope scope, List<Tensor> gradient) {
    return trial.clipNorm().isPresent()
        ? program.call(scope, "factor", gradient.toArray(Tensor[]::new)).get(0).toFloats()[0]
        : 1;
  }

  /**
   * @param number of the step, from 1
   */
  private void call(Scope scope, State state, long number, Move move) {
    List<Tensor> inputs = new ArrayList<>();
    inputs.add(scope.doubles(move.learningRate(), number));
    inputs.add(state.weights());
    inputs.addAll(state.slots());
    inputs.addAll(move.gradient());
    program.call(scope, "update", inputs.toArray(Tensor[]::new));
  }

  private static List<ByteBuffer> shared(List<Tensor> tensors) {
    return tensors.stream().map(tensor -> tensor.shared().orElseThrow()).toList();
  }

  private static String source(Trial trial, List<Integer> pieces, int part) {
    Optimizer optimizer = trial.optimizer();
    List<String> vectors = new ArrayList<>(List.of("w"));
    vectors.addAll(optimizer.slots());
    List<String> raw = IntStream.range(0, pieces.size()).mapToObj(i -> "raw" + i).toList();
    StringBuilder source = new StringBuilder();
    source.append("  def update(self: __torch__.secant.Net, s: Tensor");
    vectors.forEach(vector -> source.append(", %s_whole: Tensor".formatted(vector)));
    raw.forEach(piece -> source.append(", %s: Tensor".formatted(piece)));
    source.append(
        """
        ) -> Tensor:
            lr = float(torch.item(torch.select(s, 0, 0)))
            t = int(torch.item(torch.select(s, 0, 1)))
            raw_parts = annotate(List[Tensor], [])
        """);
    raw.forEach(
        piece ->
            source.append(
                "    torch.extend(raw_parts, torch.split(%s, %d))\n".formatted(piece, part)));
    vectors.forEach(
        vector ->
            source.append(
                "    %1$s_parts = torch.split_with_sizes(%1$s_whole, %2$s)\n"
                    .formatted(vector, parts(pieces, part))));
    if (trial.clipNorm().isPresent()) {
      source.append(clipping(raw, trial.clipNorm().getAsDouble()));
    }
    source.append(
        """
            for i in range(torch.len(raw_parts)):
              g = raw_parts[i]
        """);
    vectors.forEach(vector -> source.append("      %1$s = %1$s_parts[i]\n".formatted(vector)));
    if (trial.clipNorm().isPresent()) {
      source.append("      g = torch.mul(g, factor)\n");
    }
    if (trial.weightDecay() != 0) {
      String decay =
          optimizer.decoupledDecay()
              ? "_0 = torch.mul_(w, torch.sub(1.0, torch.mul(lr, %s)))"
              : "g = torch.add(g, w, alpha=%s)";
      source.append("      ").append(decay.formatted(trial.weightDecay())).append('\n');
    }
    source.append(optimizer.update().indent(6)).append("    return torch.slice(s, 0, 0, 0)\n");
    if (trial.clipNorm().isPresent()) {
      source.append(factor(raw, trial.clipNorm().getAsDouble()));
    }
    return source.toString();
  }

  private static String factor(List<String> raw, double norm) {
    String pieces = raw.stream().map(piece -> piece + ": Tensor").collect(joining(", "));
    return "  def factor(self: __torch__.secant.Net, %s) -> Tensor:\n%s    return factor\n"
        .formatted(pieces, clipping(raw, norm));
  }

  private static String clipping(List<String> raw, double norm) {
    List<String> norms =
        raw.stream()
            .map(piece -> "torch.linalg_vector_norm(%s, 2, None, False, dtype=7)".formatted(piece))
            .toList();
    return """
            norm = torch.linalg_vector_norm(torch.stack([%s]), 2)
            scale = torch.mul(torch.reciprocal(torch.add(norm, 1e-06)), %s)
            factor = torch.to(torch.clamp(scale, None, 1.0), 6)
        """
        .formatted(String.join(", ", norms), norm);
  }

  private static List<Integer> parts(List<Integer> pieces, int part) {
    List<Integer> parts = new ArrayList<>();
    for (int piece : pieces) {
      for (long from = 0; from < piece; from += part) {
        parts.add((int) Math.min(part, piece - from));
      }
    }
    return parts;
  }

  @Override
  public void close() {
    program.close();
  }
}
