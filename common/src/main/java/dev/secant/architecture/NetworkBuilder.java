package dev.secant.architecture;

import dev.secant.config.InputException;
import dev.secant.data.Task;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes a network down as it is computed: each call adds a layer's tensors and one or two
 * statements of TorchScript, and gives the handle of its result. An architecture so reads like the
 * {@code forward} of a PyTorch module.
 *
 * <p>Shapes are those of one sample, without the batch; sizes of inputs are known from them.
 * Tensors are named as in PyTorch's {@code state_dict} and start as PyTorch starts them ({@code
 * torch.nn.Linear.reset_parameters} and its like): uniform within 1/sqrt(fan-in).
 */
public final class NetworkBuilder {
  /** The result of a layer: the name of a variable, and the shape of one sample. */
  public record Value(String name, List<Integer> shape) {
    public Value {
      shape = List.copyOf(shape);
    }

    public int channels() {
      return shape.get(0);
    }
  }

  private final Task task;
  private final List<Layout.Entry> weights = new ArrayList<>();
  private final List<Layout.Entry> buffers = new ArrayList<>();
  private final StringBuilder body = new StringBuilder();

  /** Results that may be written over: they are no views, and no backward pass needs them. */
  private final Set<String> passing = new HashSet<>();

  private int variables;
  private int dropouts;
  private long multiplyAdds;

  public NetworkBuilder(Task task) {
    this.task = task;
  }

  /** The batch: {@code [channels, height, width]} or {@code [window]}. */
  public Value input() {
    return new Value("x", task.inputShape());
  }

  /** {@code torch.nn.Linear} on the last dimension. */
  public Value linear(String name, Value x, int outputs) {
    int inputs = last(x);
    double bound = 1 / Math.sqrt(inputs);
    return linear(name, x, outputs, new Initial.Uniform(bound), new Initial.Uniform(bound));
  }

  public Value linear(String name, Value x, int outputs, Initial weight, Initial bias) {
    String w = weight(name + ".weight", weight, outputs, last(x));
    String b = weight(name + ".bias", bias, outputs);
    multiplyAdds += size(x.shape) * outputs;
    Value y = add(replaceLast(x.shape, outputs), "torch.linear(%s, %s, %s)", x.name, w, b);
    // Of longer samples it is a view of what was multiplied.
    return x.shape.size() == 1 ? passing(y) : y;
  }

  /** {@code torch.nn.Conv2d} without bias, padded so that stride 1 keeps the size. */
  public Value conv(String name, Value x, int outputs, int kernel, int stride) {
    return conv(name, x, outputs, kernel, stride, uniform(x, kernel));
  }

  public Value conv(String name, Value x, int outputs, int kernel, int stride, Initial weight) {
    return conv(name, x, outputs, kernel, stride, weight, Optional.empty());
  }

  /** {@code torch.nn.Conv2d} with bias. */
  public Value convWithBias(String name, Value x, int outputs, int kernel) {
    Initial initial = uniform(x, kernel);
    return convWithBias(name, x, outputs, kernel, initial, initial);
  }

  public Value convWithBias(
      String name, Value x, int outputs, int kernel, Initial weight, Initial bias) {
    return conv(name, x, outputs, kernel, 1, weight, Optional.of(bias));
  }

  private static Initial uniform(Value x, int kernel) {
    return new Initial.Uniform(1 / Math.sqrt((double) x.channels() * kernel * kernel));
  }

  private Value conv(
      String name,
      Value x,
      int outputs,
      int kernel,
      int stride,
      Initial weight,
      Optional<Initial> bias) {
    String w = weight(name + ".weight", weight, outputs, x.channels(), kernel, kernel);
    String b = bias.map(initial -> weight(name + ".bias", initial, outputs)).orElse("None");
    int padding = kernel / 2;
    List<Integer> shape = slid(x, outputs, kernel, stride, padding);
    multiplyAdds += size(shape) * x.channels() * kernel * kernel;
    return passing(
        add(
            shape,
            "torch.conv2d(%s, %s, %s, [%d, %d], [%d, %d], [1, 1], 1)",
            x.name,
            w,
            b,
            stride,
            stride,
            padding,
            padding));
  }

  /** {@code torch.nn.ConvTranspose2d} with kernel 2 and stride 2: doubles height and width. */
  public Value upConv(String name, Value x, int outputs) {
    // PyTorch takes the fan-in of a transposed convolution from its second dimension.
    Initial initial = new Initial.Uniform(1 / Math.sqrt(outputs * 4.0));
    String w = weight(name + ".weight", initial, x.channels(), outputs, 2, 2);
    String b = weight(name + ".bias", initial, outputs);
    multiplyAdds += size(x.shape) * outputs * 4;
    return add(
        List.of(outputs, 2 * x.shape.get(1), 2 * x.shape.get(2)),
        "torch.conv_transpose2d(%s, %s, %s, [2, 2], [0, 0], [0, 0], 1, [1, 1])",
        x.name,
        w,
        b);
  }

  /** {@code torch.nn.BatchNorm2d}: momentum 0.1, epsilon 1e-5, running statistics as buffers. */
  public Value batchNorm(String name, Value x) {
    int channels = x.channels();
    String w = weight(name + ".weight", new Initial.Constant(1), channels);
    String b = weight(name + ".bias", new Initial.Constant(0), channels);
    String mean = buffer(name + ".running_mean", new Initial.Constant(0), channels);
    String variance = buffer(name + ".running_var", new Initial.Constant(1), channels);
    return passing(
        add(
            x.shape,
            "torch.batch_norm(%s, %s, %s, %s, %s, training, 0.1, 1e-05, True)",
            x.name,
            w,
            b,
            mean,
            variance));
  }

  /** {@code torch.nn.LayerNorm} over the last dimension. */
  public Value layerNorm(String name, Value x) {
    int size = last(x);
    String w = weight(name + ".weight", new Initial.Constant(1), size);
    String b = weight(name + ".bias", new Initial.Constant(0), size);
    return add(x.shape, "torch.layer_norm(%s, [%d], %s, %s, 1e-05, True)", x.name, size, w, b);
  }

  /** {@code torch.nn.Embedding} of token indices. */
  public Value embedding(String name, Value x, int rows, int size, Initial initial) {
    String w = weight(name + ".weight", initial, rows, size);
    return add(append(x.shape, size), "torch.embedding(%s, %s)", w, x.name);
  }

  public Value relu(Value x) {
    return add(x.shape, "torch.relu(%s)", x.name);
  }

  public Value plus(Value x, Value y) {
    if (!x.shape.equals(y.shape)) {
      throw new IllegalArgumentException("cannot add " + x.shape + " and " + y.shape);
    }
    return passing(add(x.shape, "torch.add(%s, %s)", x.name, y.name));
  }

  public Value times(Value x, double factor) {
    return add(x.shape, "torch.mul(%s, %s)", x.name, number(factor));
  }

  /** All of one sample's numbers in a row. */
  public Value flatten(Value x) {
    int size = x.shape.stream().reduce(1, Math::multiplyExact);
    return add(List.of(size), "torch.flatten(%s, 1, -1)", x.name);
  }

  /** Max pooling with kernel 2 and stride 2. */
  public Value maxPool(Value x) {
    return maxPool(x, 2, 2, 0);
  }

  /** {@code torch.nn.MaxPool2d}. */
  public Value maxPool(Value x, int kernel, int stride, int padding) {
    return add(
        slid(x, x.channels(), kernel, stride, padding),
        "torch.max_pool2d(%s, [%d, %d], [%d, %d], [%d, %d], [1, 1], False)",
        x.name,
        kernel,
        kernel,
        stride,
        stride,
        padding,
        padding);
  }

  /**
   * What max pooling keeps for {@link #maxUnpool}.
   *
   * @param values the maxima
   * @param indices where in its channel each maximum stood
   * @param unpooled the shape before
   */
  public record Pooled(Value values, Value indices, List<Integer> unpooled) {
    public Pooled {
      unpooled = List.copyOf(unpooled);
    }
  }

  /** Max pooling with kernel 2 and stride 2 that remembers where its maxima stood. */
  public Pooled maxPoolWithIndices(Value x) {
    List<Integer> shape = slid(x, x.channels(), 2, 2, 0);
    Value values = fresh(shape);
    Value indices = fresh(shape);
    line(
        "%s, %s = torch.max_pool2d_with_indices(%s, [2, 2], [2, 2], [0, 0], [1, 1], False)",
        values.name, indices.name, x.name);
    return new Pooled(values, indices, x.shape);
  }

  /** {@code torch.nn.MaxUnpool2d}: each number back to where a maximum stood, 0 elsewhere. */
  public Value maxUnpool(Value x, Pooled pooled) {
    if (!x.shape.equals(pooled.values.shape)) {
      throw new IllegalArgumentException("cannot unpool " + x.shape + " by " + pooled);
    }
    // A method of the program that this text becomes part of, as all that begin with (self): see
    // the training package's Layers and Upload.
    return add(
        pooled.unpooled,
        "(self).unpool(%s, %s, %d, %d, )",
        x.name,
        pooled.indices.name,
        pooled.unpooled.get(1),
        pooled.unpooled.get(2));
  }

  /** {@code torch.nn.AdaptiveAvgPool2d} to a square. */
  public Value adaptiveAveragePool(Value x, int side) {
    return add(List.of(x.channels(), side, side), "(self).average(%s, %d, )", x.name, side);
  }

  /** The mean over height and width. */
  public Value globalAveragePool(Value x) {
    return add(List.of(x.channels()), "torch.mean(%s, [2, 3])", x.name);
  }

  /** Channels of {@code x}, then channels of {@code y}. */
  public Value concatenate(Value x, Value y) {
    return add(
        List.of(x.channels() + y.channels(), x.shape.get(1), x.shape.get(2)),
        "torch.cat([%s, %s], 1)",
        x.name,
        y.name);
  }

  /**
   * {@code torch.nn.Dropout}: in training, each number is 0 with this probability and scaled up
   * otherwise. The mask is drawn from a generator of its own, seeded for the step and the layer, on
   * the processor: TorchScript has no generators for GPUs.
   */
  public Value dropout(Value x, double probability) {
    if (probability == 0) {
      return x;
    }
    Value y = fresh(x.shape);
    int index = dropouts++;
    line("if training:");
    line(
        "  %s_drawn = torch.bernoulli_(torch.empty(torch.size(%s), dtype=6, device=%s), %s,"
            + " generator=torch.Generator(seed=int(torch.item(torch.select(seeds, 0, %d)))))",
        y.name, x.name, "torch.device(\"cpu\")", number(1 - probability), index);
    line("  %s_mask = (self).there(%s_drawn, %s, )", y.name, y.name, x.name);
    line(
        "  %s = torch.mul(%s, torch.mul(%s_mask, %s))",
        y.name, x.name, y.name, number(1 / (1 - probability)));
    line("else:");
    line("  %s = %s", y.name, x.name);
    return y;
  }

  /**
   * {@code torch.nn.LSTM} over a sequence, from a state of zeros. Shape {@code [window, hidden]}.
   *
   * @param dropout the probability between layers
   */
  public Value lstm(String name, Value x, int layers, int hidden, double dropout) {
    Initial initial = new Initial.Uniform(1 / Math.sqrt(hidden));
    Value y = x;
    for (int layer = 0; layer < layers; layer++) {
      if (layer > 0) {
        y = dropout(y, dropout);
      }
      String inputs = weight(name + ".weight_ih_l" + layer, initial, 4 * hidden, last(y));
      String states = weight(name + ".weight_hh_l" + layer, initial, 4 * hidden, hidden);
      String inputBias = weight(name + ".bias_ih_l" + layer, initial, 4 * hidden);
      String stateBias = weight(name + ".bias_hh_l" + layer, initial, 4 * hidden);
      Value zeros =
          add(
              List.of(1, hidden),
              "torch.new_zeros(%s, [1, torch.size(%s, 0), %d])",
              y.name,
              y.name,
              hidden);
      Value outputs = fresh(replaceLast(y.shape, hidden));
      multiplyAdds += 4 * size(outputs.shape) * (last(y) + hidden);
      // One layer a call: between layers torch would draw masks from its process-wide generator.
      line(
          "%s = (self).lstm(%s, %s, [%s, %s, %s, %s], training, )",
          outputs.name, y.name, zeros.name, inputs, states, inputBias, stateBias);
      y = outputs;
    }
    return y;
  }

  /**
   * {@code torch.nn.MultiheadAttention} of a sequence to its own past. Shape {@code [window,
   * size]}.
   */
  public Value causalAttention(String name, Value x, int heads, double dropout) {
    int window = x.shape.get(0);
    int size = last(x);
    int headSize = size / heads;
    // Xavier's bound over the stacked query, key and value, as PyTorch has it.
    Initial stacked = new Initial.Uniform(Math.sqrt(6.0 / (size + 3 * size)));
    Initial zero = new Initial.Constant(0);
    String w = weight(name + ".in_proj_weight", stacked, 3 * size, size);
    String b = weight(name + ".in_proj_bias", zero, 3 * size);
    Value stackedHeads =
        add(
            List.of(3, heads, window, headSize),
            "torch.permute(torch.view(torch.linear(%s, %s, %s), [-1, %d, 3, %d, %d]),"
                + " [2, 0, 3, 1, 4])",
            x.name,
            w,
            b,
            window,
            heads,
            headSize);
    List<Integer> headed = List.of(heads, window, headSize);
    // To three times the size, then every position's products with every other, there and back.
    multiplyAdds += size(x.shape) * (3 * size + 2 * window);
    Value query = add(headed, "torch.select(%s, 0, 0)", stackedHeads.name);
    Value key = add(headed, "torch.select(%s, 0, 1)", stackedHeads.name);
    Value value = add(headed, "torch.select(%s, 0, 2)", stackedHeads.name);
    Value mixed =
        dropout == 0
            ? add(
                headed,
                "torch.scaled_dot_product_attention(%s, %s, %s, None, 0., True)",
                query.name,
                key.name,
                value.name)
            : attend(query, key, value, window, dropout);
    Value joined =
        add(
            x.shape,
            "torch.reshape(torch.transpose(%s, 1, 2), [-1, %d, %d])",
            mixed.name,
            window,
            size);
    return linear(name + ".out_proj", joined, size, new Initial.Uniform(1 / Math.sqrt(size)), zero);
  }

  private Value attend(Value query, Value key, Value value, int window, double dropout) {
    List<Integer> square = List.of(query.shape.get(0), window, window);
    Value scores =
        add(
            square,
            "torch.mul(torch.matmul(%s, torch.transpose(%s, -2, -1)), %s)",
            query.name,
            key.name,
            number(1 / Math.sqrt(last(query))));
    Value future =
        add(
            List.of(window, window),
            "torch.triu(torch.ones_like(torch.select(torch.select(torch.detach(%s), 0, 0), 0, 0)),"
                + " 1)",
            scores.name);
    Value masked =
        add(square, "torch.masked_fill(%s, torch.gt(%s, 0), -1e30)", scores.name, future.name);
    Value weights = add(square, "torch.softmax(%s, -1)", masked.name);
    return add(value.shape, "torch.matmul(%s, %s)", dropout(weights, dropout).name, value.name);
  }

  /** Adds the first {@code window} rows of a fixed table of {@code [rows, 1, size]} numbers. */
  public Value plusPositions(String name, Value x, int rows, Initial.Computed table) {
    int window = x.shape.get(0);
    if (window > rows) {
      throw new InputException("a window of " + window + " tokens, but positions for " + rows);
    }
    String positions = buffer(name, table, rows, 1, last(x));
    return add(
        x.shape,
        "torch.add(%s, torch.transpose(torch.slice(%s, 0, 0, %d), 0, 1))",
        x.name,
        positions,
        window);
  }

  public Network build(Value output) {
    return new Network(
        task,
        new Layout(weights),
        new Layout(buffers),
        dropouts,
        InPlace.body(body.toString(), passing, output.name),
        output.name,
        multiplyAdds,
        Optional.empty());
  }

  private Value passing(Value value) {
    passing.add(value.name);
    return value;
  }

  private String weight(String name, Initial initial, Integer... shape) {
    weights.add(new Layout.Entry(name, List.of(shape), initial));
    return "w[" + (weights.size() - 1) + "]";
  }

  private String buffer(String name, Initial initial, Integer... shape) {
    buffers.add(new Layout.Entry(name, List.of(shape), initial));
    return "b[" + (buffers.size() - 1) + "]";
  }

  private Value add(List<Integer> shape, String expression, Object... arguments) {
    Value value = fresh(shape);
    line(value.name + " = " + String.format(Locale.ROOT, expression, arguments));
    return value;
  }

  private Value fresh(List<Integer> shape) {
    return new Value("v" + variables++, shape);
  }

  private void line(String format, Object... arguments) {
    body.append(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments))
        .append('\n');
  }

  /** The shape that a window leaves when it slides over an image. */
  private static List<Integer> slid(Value x, int channels, int kernel, int stride, int padding) {
    return List.of(
        channels,
        (x.shape.get(1) + 2 * padding - kernel) / stride + 1,
        (x.shape.get(2) + 2 * padding - kernel) / stride + 1);
  }

  /** Numbers in a tensor of that shape. */
  private static long size(List<Integer> shape) {
    return shape.stream().mapToLong(length -> length).reduce(1, Math::multiplyExact);
  }

  private static int last(Value x) {
    return x.shape.get(x.shape.size() - 1);
  }

  private static List<Integer> replaceLast(List<Integer> shape, int size) {
    return append(shape.subList(0, shape.size() - 1), size);
  }

  private static List<Integer> append(List<Integer> shape, int size) {
    List<Integer> longer = new ArrayList<>(shape);
    longer.add(size);
    return longer.stream().collect(Collectors.toUnmodifiableList());
  }

  private static String number(double value) {
    return Double.toString(value).replace("E", "e");
  }
}
