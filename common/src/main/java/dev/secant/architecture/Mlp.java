package dev.secant.architecture;

import dev.secant.architecture.NetworkBuilder.Value;
import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A multilayer perceptron with ReLU.
 *
 * @param hidden the widths of the hidden layers
 */
public record Mlp(List<Integer> hidden) implements Architecture {
  static final String TYPE = "mlp";

  public Mlp {
    hidden = List.copyOf(hidden);
  }

  static Mlp parse(Settings settings) {
    List<Integer> hidden = settings.integers("hidden", List.of(512, 512));
    if (hidden.stream().anyMatch(width -> width < 1)) {
      throw settings.error("hidden", "must hold positive widths, but is " + hidden);
    }
    return new Mlp(hidden);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    return new TreeMap<>(Map.of("hidden", hidden));
  }

  @Override
  public Network network(Task task) {
    if (!(task instanceof Task.Classification)) {
      throw new InputException("architecture mlp classifies images; it cannot learn " + task);
    }
    NetworkBuilder net = new NetworkBuilder(task);
    Value x = net.flatten(net.input());
    int layer = 1;
    for (int width : hidden) {
      x = net.relu(net.linear("fc" + layer++, x, width));
    }
    return net.build(net.linear("fc" + layer, x, task.classes()));
  }
}
