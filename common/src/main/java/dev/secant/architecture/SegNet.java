package dev.secant.architecture;

import dev.secant.architecture.NetworkBuilder.Pooled;
import dev.secant.architecture.NetworkBuilder.Value;
import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A SegNet (Badrinarayanan, Kendall, Cipolla, PAMI 2017): the convolutions of VGG16 down, the same
 * backwards up, and max-unpooling to where the maxima stood. Layers, names and their order
 * (convolution, ReLU, BatchNorm) are those of the PyTorch model "DeepNetsForEO" (Audebert, Le Saux,
 * Lefèvre, ACCV 2016). That model leaves its convolutions as {@code torch.nn.Conv2d} starts them,
 * and so does this one. The output is the last convolution's: the cross entropy of a log-softmax is
 * that of its input.
 *
 * @param channels of the first stage; the others have 2, 4, 8 and 8 times as many
 */
public record SegNet(int channels) implements Architecture {
  static final String TYPE = "segnet";

  private static final List<Integer> CONVOLUTIONS = List.of(2, 2, 3, 3, 3);
  private static final List<Integer> MULTIPLES = List.of(1, 2, 4, 8, 8);

  static SegNet parse(Settings settings) {
    return new SegNet(settings.integerFrom(1, "channels", 64));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    return new TreeMap<>(Map.of("channels", channels));
  }

  @Override
  public Network network(Task task) {
    if (!(task instanceof Task.Segmentation image)) {
      throw new InputException("architecture segnet segments images; it cannot learn " + task);
    }
    int stages = CONVOLUTIONS.size();
    int factor = 1 << stages;
    if (image.height() % factor != 0 || image.width() % factor != 0) {
      throw new InputException(
          "architecture segnet needs images whose sides are multiples of "
              + factor
              + ", not "
              + image.height()
              + "x"
              + image.width());
    }
    NetworkBuilder net = new NetworkBuilder(task);
    Deque<Pooled> pooled = new ArrayDeque<>();
    Value x = net.input();
    for (int stage = 1; stage <= stages; stage++) {
      for (int i = 1; i <= convolutions(stage); i++) {
        x = layer(net, "conv" + stage + "_" + i, x, width(stage));
      }
      pooled.push(net.maxPoolWithIndices(x));
      x = pooled.element().values();
    }
    for (int stage = stages; stage > 1; stage--) {
      x = net.maxUnpool(x, pooled.pop());
      for (int i = convolutions(stage); i >= 1; i--) {
        x = layer(net, "conv" + stage + "_" + i + "_D", x, width(i > 1 ? stage : stage - 1));
      }
    }
    x = layer(net, "conv1_2_D", net.maxUnpool(x, pooled.pop()), width(1));
    return net.build(net.convWithBias("conv1_1_D", x, task.classes(), 3));
  }

  private static int convolutions(int stage) {
    return CONVOLUTIONS.get(stage - 1);
  }

  private int width(int stage) {
    return channels * MULTIPLES.get(stage - 1);
  }

  private static Value layer(NetworkBuilder net, String name, Value x, int outputs) {
    return net.batchNorm(name + "_bn", net.relu(net.convWithBias(name, x, outputs, 3)));
  }
}
