package dev.secant.optimizer;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Lion, Algorithm 2 of Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023:
 * {@code w -= lr sign(beta1 m + (1 - beta1) g)}, then {@code m = beta2 m + (1 - beta2) g}. Weight
 * decay is decoupled.
 *
 * @param beta1 share of the momentum in the update, in [0, 1)
 * @param beta2 decay of the momentum, in [0, 1)
 */
public record Lion(double learningRate, double beta1, double beta2) implements Optimizer {
  public Lion {
    if (!(learningRate > 0 && Double.isFinite(learningRate))) {
      throw new IllegalArgumentException("learning rate " + learningRate);
    }
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException("betas " + beta1 + ", " + beta2);
    }
  }

  @Override
  public String type() {
    return "lion";
  }

  @Override
  public SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("lr", learningRate);
    settings.put("beta1", beta1);
    settings.put("beta2", beta2);
    return settings;
  }

  @Override
  public List<String> slots() {
    return List.of("exp_avg");
  }

  @Override
  public boolean decoupledDecay() {
    return true;
  }

  @Override
  public String update() {
    return """
        direction = torch.sign_(torch.lerp(exp_avg, g, %s))
        _1 = torch.add_(w, direction, alpha=torch.neg(lr))
        _2 = torch.lerp_(exp_avg, g, %s)
        """
        .formatted(Literal.of(1 - beta1), Literal.of(1 - beta2));
  }
}
