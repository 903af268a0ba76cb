package dev.secant.architecture;

import dev.secant.architecture.NetworkBuilder.Value;
import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A residual network of basic blocks for small images: a 3x3 stem, no max-pool, projections where
 * the shape changes (He et al., "Deep residual learning for image recognition", CVPR 2016). Tensors
 * are named as in torchvision's ResNet.
 *
 * @param blocks how many blocks each stage has; every stage but the first halves the image
 * @param channels of the first stage; each further stage doubles them
 */
public record ResNetCifar(List<Integer> blocks, int channels) implements Architecture {
  static final String TYPE = "resnet-cifar";

  private static final Map<Integer, List<Integer>> FOUR_STAGES =
      Map.of(10, List.of(1, 1, 1, 1), 18, List.of(2, 2, 2, 2), 34, List.of(3, 4, 6, 3));

  public ResNetCifar {
    blocks = List.copyOf(blocks);
  }

  /**
   * Depth 10, 18 and 34 have four stages from 64 channels on; a depth of 6n + 2 (8, 14, 20, 32, 44,
   * 56, 110) has three stages of n blocks from 16 channels on.
   */
  static ResNetCifar parse(Settings settings) {
    int depth = settings.integer("depth", 18);
    double width = settings.numberBetween(1.0 / 64, 64, "width", 1);
    if (!FOUR_STAGES.containsKey(depth) && (depth < 8 || (depth - 2) % 6 != 0)) {
      throw settings.error(
          "depth", "must be 10, 18, 34 or 6n + 2 (8, 14, 20, 32, ...), but is " + depth);
    }
    List<Integer> byDepth =
        FOUR_STAGES.getOrDefault(depth, Collections.nCopies(3, (depth - 2) / 6));
    List<Integer> blocks = settings.integers("blocks", byDepth);
    if (blocks.isEmpty() || blocks.stream().anyMatch(count -> count < 1)) {
      throw settings.error("blocks", "must hold a positive number a stage, but is " + blocks);
    }
    int channels = settings.integerFrom(1, "channels", FOUR_STAGES.containsKey(depth) ? 64 : 16);
    return new ResNetCifar(blocks, (int) Math.max(1, Math.round(channels * width)));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    return new TreeMap<>(Map.of("blocks", blocks, "channels", channels));
  }

  @Override
  public Network network(Task task) {
    if (!(task instanceof Task.Classification)) {
      throw new InputException(
          "architecture resnet-cifar classifies images; it cannot learn " + task);
    }
    NetworkBuilder net = new NetworkBuilder(task);
    Value x = net.relu(net.batchNorm("bn1", net.conv("conv1", net.input(), channels, 3, 1)));
    for (int stage = 0; stage < blocks.size(); stage++) {
      for (int block = 0; block < blocks.get(stage); block++) {
        int stride = stage > 0 && block == 0 ? 2 : 1;
        x = block(net, "layer" + (stage + 1) + "." + block, x, channels << stage, stride);
      }
    }
    return net.build(net.linear("fc", net.globalAveragePool(x), task.classes()));
  }

  private static Value block(NetworkBuilder net, String name, Value x, int channels, int stride) {
    Value y = net.conv(name + ".conv1", x, channels, 3, stride);
    y = net.relu(net.batchNorm(name + ".bn1", y));
    y = net.conv(name + ".conv2", y, channels, 3, 1);
    y = net.batchNorm(name + ".bn2", y);
    Value shortcut = x;
    if (stride != 1 || x.channels() != channels) {
      shortcut = net.conv(name + ".downsample.0", x, channels, 1, stride);
      shortcut = net.batchNorm(name + ".downsample.1", shortcut);
    }
    return net.relu(net.plus(y, shortcut));
  }
}
