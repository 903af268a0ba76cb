package dev.secant.training;

import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.optimizer.Optimizer;
import dev.secant.sweep.Trial;
import java.util.ArrayList;
import java.util.List;

/**
 * A compiled update rule with what comes before it: the gradient is clipped to a norm (as {@code
 * torch.nn.utils.clip_grad_norm_}), then weight decay is added to it, or shrinks the weights where
 * the rule decouples it (both as {@code weight_decay} of {@code torch.optim}).
 */
final class OptimizerProgram implements AutoCloseable {
  private final Program program;

  OptimizerProgram(Trial trial) {
    this.program = Program.compile(source(trial));
  }

  /**
   * Makes one step in place.
   *
   * @param gradient raw, left as it is
   */
  void update(Scope scope, State state, Tensor gradient, double learningRate) {
    List<Tensor> inputs = new ArrayList<>();
    inputs.add(state.weights());
    inputs.add(gradient);
    inputs.add(scope.doubles(learningRate, state.step() + 1.0));
    inputs.addAll(state.slots());
    program.call(scope, "update", inputs.toArray(Tensor[]::new));
  }

  private static String source(Trial trial) {
    Optimizer optimizer = trial.optimizer();
    StringBuilder source = new StringBuilder();
    source.append("  def update(self: __torch__.secant.Net, w: Tensor, raw: Tensor, s: Tensor");
    optimizer.slots().forEach(slot -> source.append(", ").append(slot).append(": Tensor"));
    source.append(
        """
        ) -> Tensor:
            lr = float(torch.item(torch.select(s, 0, 0)))
            t = int(torch.item(torch.select(s, 0, 1)))
            g = raw
        """);
    if (trial.clipNorm().isPresent()) {
      source.append(
          """
              norm = torch.linalg_vector_norm(raw, 2, None, False, dtype=7)
              scale = torch.mul(torch.reciprocal(torch.add(norm, 1e-06)), %s)
              g = torch.mul(raw, torch.to(torch.clamp(scale, None, 1.0), 6))
          """
              .formatted(trial.clipNorm().getAsDouble()));
    }
    if (trial.weightDecay() != 0) {
      String decay =
          optimizer.decoupledDecay()
              ? "_0 = torch.mul_(w, torch.sub(1.0, torch.mul(lr, %s)))"
              : "g = torch.add(g, w, alpha=%s)";
      source.append("    ").append(decay.formatted(trial.weightDecay())).append('\n');
    }
    source.append(optimizer.update().indent(4)).append("    return torch.slice(w, 0, 0, 0)\n");
    return source.toString();
  }

  @Override
  public void close() {
    program.close();
  }
}
