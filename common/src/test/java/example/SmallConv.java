package example;

import dev.secant.architecture.Architecture;
import dev.secant.architecture.ArchitectureProvider;
import dev.secant.architecture.Network;
import dev.secant.architecture.NetworkBuilder;
import dev.secant.architecture.NetworkBuilder.Value;
import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Convolutions with BatchNorm, each halving the image, and one linear layer. */
public record SmallConv(int layers, int channels) implements Architecture {
  static final String TYPE = "small-conv";

  /** What ServiceLoader finds. */
  public static final class Provider implements ArchitectureProvider {
    @Override
    public String type() {
      return TYPE;
    }

    @Override
    public String description() {
      return "a few convolutions; layers and channels";
    }

    @Override
    public Architecture parse(Settings settings) {
      return new SmallConv(
          settings.integerFrom(1, "layers", 2), settings.integerFrom(1, "channels", 16));
    }

    @Override
    public Optional<Task> exampleTask() {
      return Optional.of(new Task.Classification(3, 32, 32, 10));
    }
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    return new TreeMap<>(Map.of("layers", layers, "channels", channels));
  }

  @Override
  public Network network(Task task) {
    if (!(task instanceof Task.Classification)) {
      throw new InputException("architecture small-conv classifies images, not " + task);
    }
    NetworkBuilder net = new NetworkBuilder(task);
    Value x = net.input();
    for (int i = 0; i < layers; i++) {
      x = net.relu(net.batchNorm("bn" + i, net.conv("conv" + i, x, channels, 3, 2)));
    }
    return net.build(net.linear("fc", net.globalAveragePool(x), task.classes()));
  }
}
