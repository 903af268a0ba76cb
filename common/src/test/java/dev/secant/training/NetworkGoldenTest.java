package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.architecture.Layout;
import dev.secant.architecture.Network;
import dev.secant.data.Batch;
import dev.secant.data.Task;
import dev.secant.engine.Engine;
import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One training step of each network against PyTorch's own modules in float64. {@code
 * src/test/golden/networks.py} wrote the files.
 */
class NetworkGoldenTest {
  /** What float32 loses in a few layers, beside the norm. */
  private static final double SINGLE = 1e-5;

  /** What PyTorch's own float32 loses where many layers normalise a few numbers. */
  private static final double DEEP = 1e-4;

  /** The files hold float32. */
  private static final double DOUBLE = 1e-7;

  /** A step and its output, in the precision that $TYPE names. */
  private static final String STEP =
      """
        def step(self: __torch__.Net,
          x: Tensor,
          y: Tensor,
          flat: Tensor,
          buffers: Tensor,
          seeds: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
          w = torch.to(flat, $TYPE)
          b = torch.to(buffers, $TYPE)
          output = (self).network($X, w, torch.clone(b), True, seeds, )
          sums, g = (self).gradient($X, y, w, b, seeds, )
          return (torch.to(output, 7), torch.to(sums, 7), torch.to(g, 7), torch.to(b, 7))
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mlp               | {type: mlp, hidden: [7, 6]}",
        "resnet-cifar      | {type: resnet-cifar, depth: 8, channels: 4}",
        "resnet-18         | {type: resnet, depth: 18, channels: 2}",
        "resnet-50         | {type: resnet, depth: 50, channels: 2}",
        "unet              | {type: unet, channels: 2, levels: 3}",
        "segnet            | {type: segnet, channels: 2}",
        "transformer-lm    | {type: transformer-lm, layers: 2, dim: 4, heads: 2, ff: 6}",
        "lstm-lm           | {type: lstm-lm, layers: 3, embedding: 6, hidden: 5}",
        "vgg-11            | {type: vgg, depth: 11, channels: 2, hidden: 8}",
        "vgg-16-batch-norm | {type: vgg, depth: 16, batch-norm: on, channels: 2, hidden: 8}",
      })
  void aStepIsPyTorchs(String file, String hocon) throws IOException {
    Map<String, Safetensors.Named> golden = read(file);
    Task task = task(golden);
    Network network = TinyNetworks.architecture(hocon, task);
    Batch batch = batch(task, golden);
    double single = List.of("resnet-50", "segnet").contains(file) ? DEEP : SINGLE;

    assertThat(names(network.weights())).isEqualTo(names(golden, "w/"));
    assertThat(names(network.buffers())).isEqualTo(names(golden, "b/"));
    assertStep(network, batch, golden, 7, DOUBLE);
    assertStep(network, batch, golden, 6, single);
    try (Scope scope = Engine.open(1);
        NetworkProgram program = new NetworkProgram(network)) {
      double[] sums = program.emptySums();
      program.evaluate(scope, state(scope, network, golden), batch, sums);
      assertClose(new double[] {sums[0]}, values(golden, "eval_loss"), single, "eval_loss");
    }
  }

  private static void assertStep(
      Network network,
      Batch batch,
      Map<String, Safetensors.Named> golden,
      int type,
      double tolerance) {
    boolean tokens = network.task() instanceof Task.Language;
    String step =
        STEP.replace("$X", tokens ? "x" : "torch.to(x, $TYPE)")
            .replace("$TYPE", Integer.toString(type));
    try (Scope scope = Engine.open(1);
        Program program = Program.compile(NetworkProgram.source(network) + step)) {
      State state = state(scope, network, golden);
      List<Tensor> results =
          program.call(
              scope,
              "step",
              NetworkProgram.input(scope, batch),
              NetworkProgram.target(scope, batch),
              state.weights(),
              state.buffers(),
              scope.longs());
      assertClose(results.get(0).toDoubles(), values(golden, "output"), tolerance, "output");
      double[] loss = {results.get(1).toDoubles()[0]};
      assertClose(loss, values(golden, "loss"), tolerance, "loss");
      double[] gradient = doubles(flat(network.weights(), golden, "g/"));
      assertClose(results.get(2).toDoubles(), gradient, tolerance, "gradient");
      double[] buffers = doubles(flat(network.buffers(), golden, "next_b/"));
      assertClose(results.get(3).toDoubles(), buffers, tolerance, "buffers");
    }
  }

  private static Map<String, Safetensors.Named> read(String file) throws IOException {
    try (InputStream in =
        NetworkGoldenTest.class.getResourceAsStream("/golden/" + file + ".safetensors")) {
      return Safetensors.read(in);
    }
  }

  private static Task task(Map<String, Safetensors.Named> golden) {
    List<Integer> x = golden.get("x").entry().shape();
    List<Integer> y = golden.get("y").entry().shape();
    List<Integer> output = golden.get("output").entry().shape();
    if (x.equals(y)) {
      return new Task.Language(output.get(2), x.get(1));
    }
    return y.size() == 3
        ? new Task.Segmentation(x.get(1), x.get(2), x.get(3), output.get(1))
        : new Task.Classification(x.get(1), x.get(2), x.get(3), output.get(1));
  }

  private static Batch batch(Task task, Map<String, Safetensors.Named> golden) {
    ByteBuffer x = golden.get("x").data();
    Batch batch = new Batch(task, golden.get("x").entry().shape().get(0));
    if (task instanceof Task.Language) {
      batch.tokens().put(0, x.asLongBuffer(), 0, x.remaining() / Long.BYTES);
    } else {
      batch.pixels().put(0, x.asFloatBuffer(), 0, x.remaining() / Float.BYTES);
    }
    ByteBuffer y = golden.get("y").data();
    batch.targets().put(0, y.asLongBuffer(), 0, y.remaining() / Long.BYTES);
    return batch;
  }

  private static State state(Scope scope, Network network, Map<String, Safetensors.Named> golden) {
    return State.of(
        scope,
        List.of(
            bytes(flat(network.weights(), golden, "w/")),
            bytes(flat(network.buffers(), golden, "b/"))),
        0);
  }

  private static ByteBuffer bytes(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
    bytes.asFloatBuffer().put(values);
    return bytes;
  }

  private static float[] flat(Layout layout, Map<String, Safetensors.Named> golden, String prefix) {
    FloatBuffer flat = FloatBuffer.allocate(layout.size());
    for (Layout.Entry entry : layout.entries()) {
      Safetensors.Named tensor = golden.get(prefix + entry.name());
      assertThat(tensor.entry().shape()).as(entry.name()).isEqualTo(entry.shape());
      flat.put(tensor.data().asFloatBuffer());
    }
    return flat.array();
  }

  private static double[] values(Map<String, Safetensors.Named> golden, String name) {
    FloatBuffer data = golden.get(name).data().asFloatBuffer();
    float[] values = new float[data.remaining()];
    data.get(values);
    return doubles(values);
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  private static TreeSet<String> names(Layout layout) {
    TreeSet<String> names = new TreeSet<>();
    layout.entries().forEach(entry -> names.add(entry.name()));
    return names;
  }

  private static TreeSet<String> names(Map<String, Safetensors.Named> golden, String prefix) {
    TreeSet<String> names = new TreeSet<>();
    for (String name : golden.keySet()) {
      if (name.startsWith(prefix)) {
        names.add(name.substring(prefix.length()));
      }
    }
    return names;
  }

  private static void assertClose(
      double[] actual, double[] expected, double tolerance, String what) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(actual[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    assertThat(Math.sqrt(difference))
        .as("error of the %s beside its norm", what)
        .isLessThanOrEqualTo(tolerance * Math.sqrt(norm));
  }
}
