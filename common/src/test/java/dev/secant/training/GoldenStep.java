package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.architecture.Layout;
import dev.secant.architecture.Network;
import dev.secant.data.Batch;
import dev.secant.data.Task;
import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.engine.TestDevice;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * One training step of a network as PyTorch made it in float64, read from a file that a script in
 * {@code src/test/golden} wrote.
 */
final class GoldenStep {
  /** The files hold float32. */
  private static final double DOUBLE = 1e-7;

  /** A step and its output, in the precision that $TYPE names. */
  private static final String STEP =
      """
        def step(self: __torch__.secant.Net,
          x: Tensor,
          y: Tensor,
          flat: Tensor,
          buffers: Tensor,
          seeds: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
          w = torch.to(flat, $TYPE)
          b = torch.to(buffers, $TYPE)
          output = (self).network($X, (self).weights(w, ), torch.clone(b), True, seeds, )
          results = (self).gradient($X, y, w, b, seeds, )
          g = torch.cat(torch.slice(results, 1))
          return (torch.to(output, 7), torch.to(results[0], 7), torch.to(g, 7), torch.to(b, 7))
      """;

  private final Map<String, Safetensors.Named> golden;

  private GoldenStep(Map<String, Safetensors.Named> golden) {
    this.golden = golden;
  }

  /**
   * @param name a resource below {@code golden}, without its ending
   */
  static GoldenStep read(String name) throws IOException {
    try (InputStream in =
        GoldenStep.class.getResourceAsStream("/golden/" + name + ".safetensors")) {
      return new GoldenStep(Safetensors.read(in));
    }
  }

  /** Names, output, loss, gradient, buffers and evaluation are those of the file. */
  void assertSame(Network network, double single) {
    assertThat(names(network.weights())).isEqualTo(names("w/"));
    assertThat(names(network.buffers())).isEqualTo(names("b/"));
    assertStep(network, 7, DOUBLE);
    assertStep(network, 6, single);
    try (Scope scope = TestDevice.open();
        NetworkProgram program = new NetworkProgram(network, 0, TestDevice.device())) {
      double[] sums = program.emptySums();
      State state = state(scope, network);
      ByteBuffer buffers = state.buffers().toBytes();
      program.evaluate(scope, state, batch(network.task()), sums);
      assertClose(new double[] {sums[0]}, values("eval_loss"), single, "eval_loss");
      assertThat(state.buffers().toBytes()).as("buffers").isEqualTo(buffers);
    }
  }

  private static Program compile(Network network, String source) {
    return network
        .module()
        .map(file -> Program.compile(source, file, TestDevice.device()))
        .orElseGet(() -> Program.compile(source));
  }

  private void assertStep(Network network, int type, double tolerance) {
    Batch batch = batch(network.task());
    boolean tokens = network.task() instanceof Task.Language;
    String step =
        STEP.replace("$X", tokens ? "x" : "torch.to(x, $TYPE)")
            .replace("$TYPE", Integer.toString(type));
    try (Scope scope = TestDevice.open();
        Program program =
            compile(network, NetworkProgram.source(network, 0, TestDevice.device()) + step)) {
      State state = state(scope, network);
      List<Tensor> results =
          program.call(
              scope,
              "step",
              scope.here(NetworkProgram.input(scope, batch)),
              scope.here(NetworkProgram.target(scope, batch)),
              state.weights(),
              state.buffers(),
              scope.longs());
      assertClose(results.get(0).toDoubles(), values("output"), tolerance, "output");
      double[] loss = {results.get(1).toDoubles()[0]};
      assertClose(loss, values("loss"), tolerance, "loss");
      double[] gradient = doubles(flat(network.weights(), "g/"));
      assertClose(results.get(2).toDoubles(), gradient, tolerance, "gradient");
      double[] buffers = doubles(flat(network.buffers(), "next_b/"));
      assertClose(results.get(3).toDoubles(), buffers, tolerance, "buffers");
    }
  }

  Task task() {
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

  private Batch batch(Task task) {
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

  private State state(Scope scope, Network network) {
    return State.of(
        scope,
        List.of(bytes(flat(network.weights(), "w/")), bytes(flat(network.buffers(), "b/"))),
        0);
  }

  private static ByteBuffer bytes(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
    bytes.asFloatBuffer().put(values);
    return bytes;
  }

  private float[] flat(Layout layout, String prefix) {
    FloatBuffer flat = FloatBuffer.allocate(layout.size());
    for (Layout.Entry entry : layout.entries()) {
      Safetensors.Named tensor = golden.get(prefix + entry.name());
      assertThat(tensor.entry().shape()).as(entry.name()).isEqualTo(entry.shape());
      flat.put(tensor.data().asFloatBuffer());
    }
    return flat.array();
  }

  private double[] values(String name) {
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

  private TreeSet<String> names(String prefix) {
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
