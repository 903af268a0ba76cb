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
 * The VGG network of torchvision (Simonyan, Zisserman, "Very deep convolutional networks for
 * large-scale image recognition", ICLR 2015): five stages of 3x3 convolutions, each halving the
 * image, the mean over a 7x7 grid, three linear layers. Tensors are named as in torchvision, and
 * start as there: convolutions normal by fan-out, linear layers normal with deviation 0.01, biases
 * 0. Unlike torchvision's, it has no dropout unless asked for.
 *
 * @param depth convolutions and linear layers: 11, 13, 16 or 19
 * @param channels of the first stage; the others have 2, 4, 8 and 8 times as many
 * @param hidden the width of the two inner linear layers
 * @param dropout the probability after each of them
 */
public record Vgg(int depth, boolean batchNorm, int channels, int hidden, double dropout)
    implements Architecture {
  static final String TYPE = "vgg";

  private static final List<Integer> MULTIPLES = List.of(1, 2, 4, 8, 8);
  private static final int GRID = 7;
  private static final Map<Integer, List<Integer>> CONVOLUTIONS =
      Map.of(
          11, List.of(1, 1, 2, 2, 2),
          13, List.of(2, 2, 2, 2, 2),
          16, List.of(2, 2, 3, 3, 3),
          19, List.of(2, 2, 4, 4, 4));

  static Vgg parse(Settings settings) {
    int depth = settings.integer("depth", 16);
    if (!CONVOLUTIONS.containsKey(depth)) {
      throw settings.error("depth", "must be 11, 13, 16 or 19, but is " + depth);
    }
    return new Vgg(
        depth,
        settings.flag("batch-norm", false),
        settings.integerFrom(1, "channels", 64),
        settings.integerFrom(1, "hidden", 4096),
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
            "depth", depth,
            "batch-norm", batchNorm,
            "channels", channels,
            "hidden", hidden,
            "dropout", dropout));
  }

  @Override
  public Network network(Task task) {
    if (!(task instanceof Task.Classification image)) {
      throw new InputException("architecture vgg classifies images; it cannot learn " + task);
    }
    int least = 1 << MULTIPLES.size();
    if (image.height() < least || image.width() < least) {
      throw new InputException(
          "architecture vgg needs images of at least "
              + least
              + "x"
              + least
              + ", not "
              + image.height()
              + "x"
              + image.width());
    }
    NetworkBuilder net = new NetworkBuilder(task);
    Value x = net.flatten(net.adaptiveAveragePool(features(net), GRID));
    x = net.dropout(net.relu(linear(net, "classifier.0", x, hidden)), dropout);
    x = net.dropout(net.relu(linear(net, "classifier.3", x, hidden)), dropout);
    return net.build(linear(net, "classifier.6", x, task.classes()));
  }

  private Value features(NetworkBuilder net) {
    Value x = net.input();
    // A position in torchvision's list of layers, ReLU and pooling included.
    int index = 0;
    for (int stage = 0; stage < MULTIPLES.size(); stage++) {
      for (int i = 0; i < CONVOLUTIONS.get(depth).get(stage); i++) {
        int outputs = channels * MULTIPLES.get(stage);
        Initial weight = Initial.kaimingFanOut(outputs, 3);
        x = net.convWithBias("features." + index++, x, outputs, 3, weight, new Initial.Constant(0));
        if (batchNorm) {
          x = net.batchNorm("features." + index++, x);
        }
        x = net.relu(x);
        index++;
      }
      x = net.maxPool(x);
      index++;
    }
    return x;
  }

  private static Value linear(NetworkBuilder net, String name, Value x, int outputs) {
    return net.linear(name, x, outputs, new Initial.Normal(0.01), new Initial.Constant(0));
  }
}
