package dev.secant.optimizer;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Adam (Kingma and Ba, 2015), in the order of operations of {@code torch.optim.Adam} without {@code
 * amsgrad}: both moments are corrected for their bias and epsilon is added to the corrected root.
 * With decoupled decay it is AdamW (Loshchilov and Hutter, 2019), {@code torch.optim.AdamW}.
 *
 * @param beta1 decay of the mean of gradients, in [0, 1)
 * @param beta2 decay of the mean of squared gradients, in [0, 1)
 */
public record Adam(
    double learningRate, double beta1, double beta2, double epsilon, boolean decoupledDecay)
    implements Optimizer {
  public Adam {
    if (!(learningRate > 0 && Double.isFinite(learningRate) && epsilon >= 0)) {
      throw new IllegalArgumentException("learning rate " + learningRate + ", epsilon " + epsilon);
    }
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException("betas " + beta1 + ", " + beta2);
    }
  }

  @Override
  public String type() {
    return decoupledDecay ? "adamw" : "adam";
  }

  @Override
  public SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("lr", learningRate);
    settings.put("beta1", beta1);
    settings.put("beta2", beta2);
    settings.put("epsilon", epsilon);
    return settings;
  }

  @Override
  public List<String> slots() {
    return List.of("exp_avg", "exp_avg_sq");
  }

  @Override
  public String update() {
    return """
        _1 = torch.lerp_(exp_avg, g, %s)
        _2 = torch.mul_(exp_avg_sq, %s)
        _3 = torch.addcmul_(exp_avg_sq, g, g, value=%s)
        correction1 = torch.sub(1.0, torch.pow(%s, t))
        correction2 = torch.sub(1.0, torch.pow(%s, t))
        denom = torch.div(torch.sqrt(exp_avg_sq), torch.sqrt(correction2))
        _4 = torch.add_(denom, %s)
        _5 = torch.addcdiv_(w, exp_avg, denom, value=torch.neg(torch.div(lr, correction1)))
        """
        .formatted(
            Literal.of(1 - beta1),
            Literal.of(beta2),
            Literal.of(1 - beta2),
            Literal.of(beta1),
            Literal.of(beta2),
            Literal.of(epsilon));
  }
}
