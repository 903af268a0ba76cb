package dev.secant.training;

import com.typesafe.config.ConfigFactory;
import dev.secant.architecture.Architectures;
import dev.secant.architecture.Initial;
import dev.secant.architecture.Network;
import dev.secant.architecture.NetworkBuilder;
import dev.secant.architecture.NetworkBuilder.Pooled;
import dev.secant.architecture.NetworkBuilder.Value;
import dev.secant.config.Settings;
import dev.secant.data.Batch;
import dev.secant.data.Task;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Networks of a few hundred weights: one for each kind of layer, and one of each architecture that
 * a step of a difference quotient can be small enough for. ResNet and SegNet are too deep at random
 * weights; {@link NetworkGoldenTest} compares them with PyTorch's.
 */
final class TinyNetworks {
  private static final Task IMAGES = new Task.Classification(2, 6, 6, 3);
  private static final Task LARGER_IMAGES = new Task.Classification(2, 32, 32, 3);
  private static final Task PIXELS = new Task.Segmentation(2, 8, 8, 3);
  private static final Task TOKENS = new Task.Language(11, 5);

  private TinyNetworks() {}

  static Map<String, Network> all() {
    Map<String, Network> networks = new LinkedHashMap<>();
    networks.put("linear", images((net, x) -> net.relu(net.linear("a", net.flatten(x), 5))));
    networks.put("convolution", images((net, x) -> net.relu(net.conv("a", x, 3, 3, 1))));
    networks.put("convolution with bias", images((net, x) -> net.convWithBias("a", x, 3, 3)));
    networks.put("strided convolution", images((net, x) -> net.relu(net.conv("a", x, 3, 3, 2))));
    networks.put(
        "batch norm", images((net, x) -> net.relu(net.batchNorm("b", net.conv("a", x, 3, 3, 1)))));
    networks.put("max pool", images((net, x) -> net.maxPool(net.conv("a", x, 3, 3, 1))));
    networks.put(
        "global average pool",
        images((net, x) -> net.globalAveragePool(net.relu(net.conv("a", x, 4, 3, 1)))));
    networks.put(
        "shortcut", images((net, x) -> net.plus(x, net.times(net.conv("a", x, 2, 3, 1), 3))));
    networks.put(
        "layer norm", images((net, x) -> net.layerNorm("b", net.linear("a", net.flatten(x), 5))));
    networks.put(
        "dropout", images((net, x) -> net.dropout(net.linear("a", net.flatten(x), 16), 0.5)));
    networks.put("up-convolution, max pool and concatenation", upAndDown());
    networks.put(
        "overlapping max pool",
        images((net, x) -> net.maxPool(net.conv("a", x, 3, 3, 1), 3, 2, 1)));
    networks.put("max unpool", unpooled(PIXELS));
    networks.put("max unpool of odd sides", unpooled(new Task.Segmentation(2, 9, 7, 3)));
    networks.put(
        "adaptive average pool",
        images((net, x) -> net.adaptiveAveragePool(net.relu(net.conv("a", x, 4, 3, 1)), 4)));
    networks.put("convolutions of more than a block of channels", wide());
    networks.put("lstm", tokens((net, x) -> net.lstm("a", x, 2, 4, 0)));
    networks.put("lstm with dropout", tokens((net, x) -> net.lstm("a", x, 3, 4, 0.4)));
    networks.put("embedding", tokens((net, x) -> x));
    networks.put(
        "positions",
        tokens((net, x) -> net.plusPositions("p", x, 9, new Initial.Computed(Math::sin))));
    networks.put("attention", tokens((net, x) -> net.causalAttention("a", x, 2, 0)));
    networks.put("attention with dropout", tokens((net, x) -> net.causalAttention("a", x, 2, 0.3)));
    networks.put("mlp", architecture("{type: mlp, hidden: [7, 6]}", IMAGES));
    networks.put(
        "resnet-cifar", architecture("{type: resnet-cifar, depth: 8, channels: 2}", IMAGES));
    networks.put("unet", architecture("{type: unet, channels: 2, levels: 2}", PIXELS));
    networks.put(
        "transformer-lm",
        architecture(
            "{type: transformer-lm, layers: 2, dim: 4, heads: 2, ff: 6, dropout: 0.2}", TOKENS));
    networks.put(
        "vgg",
        architecture(
            "{type: vgg, depth: 11, channels: 1, hidden: 5, dropout: 0.2}", LARGER_IMAGES));
    networks.put(
        "vgg with batch norm",
        architecture(
            "{type: vgg, depth: 16, batch-norm: true, channels: 1, hidden: 5}", LARGER_IMAGES));
    networks.put(
        "lstm-lm",
        architecture("{type: lstm-lm, layers: 3, embedding: 6, hidden: 5, dropout: 0.2}", TOKENS));
    return networks;
  }

  /** Four samples of noise with random targets, some of the pixels without one. */
  /** None of its counts of channels is a multiple of 16. */
  private static Network wide() {
    NetworkBuilder net = new NetworkBuilder(PIXELS);
    Value x = net.relu(net.conv("a", net.input(), 20, 3, 1));
    x = net.relu(net.convWithBias("b", x, 17, 3));
    x = net.relu(net.conv("c", x, 18, 3, 2));
    return net.build(net.convWithBias("e", net.relu(net.upConv("d", x, 19)), 3, 3));
  }

  static Batch batch(Task task) {
    Batch batch = new Batch(task, 4);
    RandomStream random = RandomStream.at(1, Purpose.GENERATED_DATA);
    for (int i = 0; i < 4 * task.inputSize(); i++) {
      if (task instanceof Task.Language) {
        batch.tokens().put(i, random.nextInt(task.classes()));
      } else {
        batch.pixels().put(i, (float) random.nextGaussian());
      }
    }
    for (int i = 0; i < 4 * task.targetSize(); i++) {
      boolean ignored = task instanceof Task.Segmentation && i % 7 == 0;
      batch.targets().put(i, ignored ? Task.IGNORED : random.nextInt(task.classes()));
    }
    return batch;
  }

  static long[] seeds(Network network) {
    long[] seeds = new long[network.dropouts()];
    for (int i = 0; i < seeds.length; i++) {
      seeds[i] = 17L + i;
    }
    return seeds;
  }

  static Network architecture(String hocon, Task task) {
    return Architectures.parse(
            Settings.component(
                ConfigFactory.parseString("a: " + hocon).getValue("a"), "architecture"))
        .network(task);
  }

  private static Network images(BiFunction<NetworkBuilder, Value, Value> layers) {
    NetworkBuilder net = new NetworkBuilder(IMAGES);
    Value x = net.flatten(layers.apply(net, net.input()));
    return net.build(net.linear("last", x, IMAGES.classes()));
  }

  private static Network tokens(BiFunction<NetworkBuilder, Value, Value> layers) {
    NetworkBuilder net = new NetworkBuilder(TOKENS);
    Value x = net.embedding("first", net.input(), TOKENS.classes(), 6, new Initial.Normal(1));
    return net.build(net.linear("last", layers.apply(net, x), TOKENS.classes()));
  }

  private static Network upAndDown() {
    NetworkBuilder net = new NetworkBuilder(PIXELS);
    Value x = net.conv("a", net.input(), 3, 3, 1);
    Value y = net.upConv("b", net.conv("c", net.maxPool(x), 4, 3, 1), 2);
    return net.build(net.convWithBias("last", net.concatenate(y, x), PIXELS.classes(), 1));
  }

  private static Network unpooled(Task task) {
    NetworkBuilder net = new NetworkBuilder(task);
    Pooled pooled = net.maxPoolWithIndices(net.conv("a", net.input(), 3, 3, 1));
    Value x = net.maxUnpool(net.conv("b", pooled.values(), 3, 3, 1), pooled);
    return net.build(net.convWithBias("last", x, task.classes(), 3));
  }
}
