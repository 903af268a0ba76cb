package dev.secant.architecture;

import dev.secant.architecture.NetworkBuilder.Value;
import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A causal language model of post-norm encoder layers with sinusoidal positions and an untied
 * decoder: the one of PyTorch's word_language_model example, with attention along the sequence.
 * (Vaswani et al., "Attention is all you need", NeurIPS 2017.)
 *
 * @param feedForward the width between the two linear maps of a layer
 * @param dropout the probability, after positions, attention weights and both parts of a layer
 */
public record TransformerLm(int layers, int size, int heads, int feedForward, double dropout)
    implements Architecture {
  static final String TYPE = "transformer-lm";

  private static final int MOST_POSITIONS = 5000;

  static TransformerLm parse(Settings settings) {
    int size = settings.integerFrom(2, "dim", 128);
    int heads = settings.integerFrom(1, "heads", 4);
    if (size % 2 != 0 || size % heads != 0) {
      throw settings.error(
          "dim", "must be even and a multiple of heads = " + heads + ", but is " + size);
    }
    return new TransformerLm(
        settings.integerFrom(1, "layers", 12),
        size,
        heads,
        settings.integerFrom(1, "ff", 128),
        settings.numberBetween(0, 0.99, "dropout", 0));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    return new TreeMap<>(
        Map.of(
            "layers", layers, "dim", size, "heads", heads, "ff", feedForward, "dropout", dropout));
  }

  @Override
  public Network network(Task task) {
    if (!(task instanceof Task.Language)) {
      throw new InputException(
          "architecture transformer-lm predicts tokens; it cannot learn " + task);
    }
    NetworkBuilder net = new NetworkBuilder(task);
    Initial tenth = new Initial.Uniform(0.1);
    Value x = net.embedding("encoder", net.input(), task.classes(), size, tenth);
    x = net.times(x, Math.sqrt(size));
    x =
        net.plusPositions(
            "pos_encoder.pe", x, MOST_POSITIONS, new Initial.Computed(this::position));
    x = net.dropout(x, dropout);
    for (int i = 0; i < layers; i++) {
      x = layer(net, "transformer_encoder.layers." + i, x);
    }
    return net.build(net.linear("decoder", x, task.classes(), tenth, new Initial.Constant(0)));
  }

  private Value layer(NetworkBuilder net, String name, Value x) {
    Value attended = net.causalAttention(name + ".self_attn", x, heads, dropout);
    x = net.layerNorm(name + ".norm1", net.plus(x, net.dropout(attended, dropout)));
    Value hidden = net.dropout(net.relu(net.linear(name + ".linear1", x, feedForward)), dropout);
    Value mapped = net.linear(name + ".linear2", hidden, size);
    return net.layerNorm(name + ".norm2", net.plus(x, net.dropout(mapped, dropout)));
  }

  /**
   * The sinusoidal code: sin(p / 10000^(i / size)) at even i, the cosine of the same at odd ones.
   */
  private double position(int index) {
    int position = index / size;
    int i = index % size;
    double angle = position * StrictMath.exp((i - i % 2) * -StrictMath.log(10000.0) / size);
    return i % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle);
  }
}
