package dev.secant.optimizer;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * RMSProp (Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012), in
 * the order of operations of {@code torch.optim.RMSprop}: epsilon is added to the root.
 *
 * @param alpha decay of the mean of squared gradients, in [0, 1)
 * @param momentum of the scaled gradients, in [0, 1); 0 keeps no buffer
 * @param centered divides by the standard deviation of the gradients, not by the root of their mean
 *     square (Graves, 2013)
 */
public record RmsProp(
    double learningRate, double alpha, double epsilon, double momentum, boolean centered)
    implements Optimizer {
  public RmsProp {
    if (!(learningRate > 0 && Double.isFinite(learningRate) && epsilon >= 0)) {
      throw new IllegalArgumentException("learning rate " + learningRate + ", epsilon " + epsilon);
    }
    if (!(alpha >= 0 && alpha < 1 && momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("alpha " + alpha + ", momentum " + momentum);
    }
  }

  @Override
  public String type() {
    return "rmsprop";
  }

  @Override
  public SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("lr", learningRate);
    settings.put("alpha", alpha);
    settings.put("epsilon", epsilon);
    settings.put("momentum", momentum);
    settings.put("centered", centered);
    return settings;
  }

  @Override
  public List<String> slots() {
    List<String> slots = new ArrayList<>(List.of("square_avg"));
    if (momentum > 0) {
      slots.add("momentum_buffer");
    }
    if (centered) {
      slots.add("grad_avg");
    }
    return List.copyOf(slots);
  }

  @Override
  public String update() {
    StringBuilder update = new StringBuilder();
    update.append(
        """
        _1 = torch.mul_(square_avg, %s)
        _2 = torch.addcmul_(square_avg, g, g, value=%s)
        """
            .formatted(Literal.of(alpha), Literal.of(1 - alpha)));
    update.append(
        centered
            ? """
              _3 = torch.lerp_(grad_avg, g, %s)
              denom = torch.sqrt(torch.addcmul(square_avg, grad_avg, grad_avg, value=-1))
              """
                .formatted(Literal.of(1 - alpha))
            : "denom = torch.sqrt(square_avg)\n");
    update.append("_4 = torch.add_(denom, %s)\n".formatted(Literal.of(epsilon)));
    update.append(
        momentum > 0
            ? """
              _5 = torch.mul_(momentum_buffer, %s)
              _6 = torch.addcdiv_(momentum_buffer, g, denom)
              _7 = torch.add_(w, momentum_buffer, alpha=torch.neg(lr))
              """
                .formatted(Literal.of(momentum))
            : "_5 = torch.addcdiv_(w, g, denom, value=torch.neg(lr))\n");
    return update.toString();
  }
}
