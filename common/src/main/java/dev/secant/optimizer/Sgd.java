package dev.secant.optimizer;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Stochastic gradient descent as {@code torch.optim.SGD} does it: {@code m = momentum m + g},
 * {@code w -= lr m}, or {@code w -= lr (g + momentum m)} with Nesterov's momentum.
 *
 * @param momentum in [0, 1); 0 keeps no buffer
 * @param nesterov only with a momentum
 */
public record Sgd(double learningRate, double momentum, boolean nesterov) implements Optimizer {
  private static final String BUFFER = "momentum_buffer";

  public Sgd {
    if (!(learningRate > 0 && Double.isFinite(learningRate))) {
      throw new IllegalArgumentException("learning rate " + learningRate);
    }
    if (!(momentum >= 0 && momentum < 1) || (nesterov && momentum == 0)) {
      throw new IllegalArgumentException("momentum " + momentum + ", nesterov " + nesterov);
    }
  }

  @Override
  public String type() {
    if (momentum == 0) {
      return "sgd";
    }
    return nesterov ? "nesterov" : "momentum";
  }

  @Override
  public SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("lr", learningRate);
    settings.put("momentum", momentum);
    settings.put("nesterov", nesterov);
    return settings;
  }

  @Override
  public List<String> slots() {
    return momentum == 0 ? List.of() : List.of(BUFFER);
  }

  @Override
  public String update() {
    if (momentum == 0) {
      return "_1 = torch.add_(w, g, alpha=torch.neg(lr))\n";
    }
    String mu = Literal.of(momentum);
    // One pass over memory, and one rounding, where torch.optim has two.
    String buffer = "_1 = torch.add(g, momentum_buffer, alpha=" + mu + ", out=momentum_buffer)\n";
    return nesterov
        ? buffer
            + "d = torch.add(g, momentum_buffer, alpha="
            + mu
            + ")\n_2 = torch.add_(w, d, alpha=torch.neg(lr))\n"
        : buffer + "_2 = torch.add_(w, momentum_buffer, alpha=torch.neg(lr))\n";
  }

  @Override
  public Optional<ChunkMove.Rule> chunks() {
    return Optional.of(
        new ChunkMove.Rule() {
          @Override
          public ChunkMove step(ChunkMove.Settings settings, List<ByteBuffer> slots) {
            return VectorSgd.of(Sgd.this, settings, slots);
          }

          @Override
          public SummedMove summed(List<ChunkMove.Settings> settings, List<ByteBuffer> slots) {
            return new SummedSgd(
                settings.stream().map(each -> VectorSgd.of(Sgd.this, each, slots)).toList());
          }
        });
  }
}
