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
 * The residual network of torchvision: a 7x7 stem with stride 2, max-pooling, four stages (He et
 * al., "Deep residual learning for image recognition", CVPR 2016). Depth 18 and 34 have basic
 * blocks; 50, 101 and 152 have bottlenecks with the stride in their 3x3 convolution. Tensors are
 * named as in torchvision, and start as there: convolutions normal by fan-out, the last layer as
 * {@code torch.nn.Linear} does.
 *
 * @param channels of the stem; torchvision's networks have 64, and every other number of channels
 *     is a multiple of it
 */
public record ResNet(int depth, int channels) implements Architecture {
  static final String TYPE = "resnet";

  private static final Map<Integer, List<Integer>> BLOCKS =
      Map.of(
          18, List.of(2, 2, 2, 2),
          34, List.of(3, 4, 6, 3),
          50, List.of(3, 4, 6, 3),
          101, List.of(3, 4, 23, 3),
          152, List.of(3, 8, 36, 3));

  static ResNet parse(Settings settings) {
    int depth = settings.integer("depth", 18);
    double width = settings.numberBetween(1.0 / 64, 64, "width", 1);
    if (!BLOCKS.containsKey(depth)) {
      throw settings.error("depth", "must be 18, 34, 50, 101 or 152, but is " + depth);
    }
    int channels = settings.integerFrom(1, "channels", 64);
    return new ResNet(depth, (int) Math.max(1, Math.round(channels * width)));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    return new TreeMap<>(Map.of("depth", depth, "channels", channels));
  }

  @Override
  public Network network(Task task) {
    if (!(task instanceof Task.Classification)) {
      throw new InputException("architecture resnet classifies images; it cannot learn " + task);
    }
    NetworkBuilder net = new NetworkBuilder(task);
    Value x = net.relu(net.batchNorm("bn1", conv(net, "conv1", net.input(), channels, 7, 2)));
    x = net.maxPool(x, 3, 2, 1);
    List<Integer> blocks = BLOCKS.get(depth);
    for (int stage = 0; stage < blocks.size(); stage++) {
      for (int block = 0; block < blocks.get(stage); block++) {
        int stride = stage > 0 && block == 0 ? 2 : 1;
        x = block(net, "layer" + (stage + 1) + "." + block, x, channels << stage, stride);
      }
    }
    return net.build(net.linear("fc", net.globalAveragePool(x), task.classes()));
  }

  private Value block(NetworkBuilder net, String name, Value x, int planes, int stride) {
    boolean bottleneck = depth >= 50;
    int outputs = bottleneck ? 4 * planes : planes;
    Value y;
    if (bottleneck) {
      y = net.relu(net.batchNorm(name + ".bn1", conv(net, name + ".conv1", x, planes, 1, 1)));
      y = net.relu(net.batchNorm(name + ".bn2", conv(net, name + ".conv2", y, planes, 3, stride)));
      y = net.batchNorm(name + ".bn3", conv(net, name + ".conv3", y, outputs, 1, 1));
    } else {
      y = net.relu(net.batchNorm(name + ".bn1", conv(net, name + ".conv1", x, planes, 3, stride)));
      y = net.batchNorm(name + ".bn2", conv(net, name + ".conv2", y, planes, 3, 1));
    }
    Value shortcut = x;
    if (stride != 1 || x.channels() != outputs) {
      shortcut = conv(net, name + ".downsample.0", x, outputs, 1, stride);
      shortcut = net.batchNorm(name + ".downsample.1", shortcut);
    }
    return net.relu(net.plus(y, shortcut));
  }

  private static Value conv(
      NetworkBuilder net, String name, Value x, int outputs, int kernel, int stride) {
    return net.conv(name, x, outputs, kernel, stride, Initial.kaimingFanOut(outputs, kernel));
  }
}
