package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.architecture.Layout;
import dev.secant.architecture.Network;
import dev.secant.data.Batch;
import dev.secant.data.Task;
import dev.secant.engine.Device;
import dev.secant.engine.Engine;
import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.engine.TestDevice;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import dev.secant.sweep.Trial;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GradientTest {
  /** The network's own text, run in float64. */
  private static final String EXACTLY =
      """
        def exactly(self: __torch__.secant.Net,
          x: Tensor,
          y: Tensor,
          flat: Tensor,
          buffers: Tensor,
          seeds: Tensor) -> Tuple[Tensor, Tensor]:
          results = (self).gradient($X, y, flat, torch.to(buffers, 7), seeds, )
          return (results[0], torch.cat(torch.slice(results, 1)))
      """;

  private static final double STEP = 1e-5;

  static Set<String> networks() {
    return TinyNetworks.all().keySet();
  }

  /**
   * Central differences of the loss along random directions, each within one tensor, so that a
   * small tensor's gradient cannot hide behind a large one's.
   */
  @ParameterizedTest
  @MethodSource("networks")
  void gradientsAreTheSlopesOfTheLoss(String name) {
    Network network = TinyNetworks.all().get(name);
    double[] weights = weights(network);
    try (Exact exact = new Exact(network)) {
      double[] gradient = exact.gradient(weights);
      double whole = norm(gradient, 0, gradient.length);
      int offset = 0;
      for (Layout.Entry entry : network.weights().entries()) {
        double part = norm(gradient, offset, offset + entry.size());
        for (int i = 0; i < 3; i++) {
          double[] direction = direction(network.size(), offset, entry.size(), i);
          double slope =
              (exact.loss(moved(weights, direction, STEP))
                      - exact.loss(moved(weights, direction, -STEP)))
                  / (2 * STEP);
          assertThat(dot(gradient, direction))
              .as("slope along %s", entry.name())
              .isCloseTo(slope, within(1e-6 * part + 1e-8 * whole));
        }
        offset += entry.size();
      }
      assertThat(whole).isGreaterThan(1e-3);
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void float32GivesTheSameGradient(String name) {
    assertFloat32GivesTheSameGradient(name, TestDevice.device());
  }

  /** The text that a GPU would run, on the processor. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "unet",
        "max unpool",
        "max unpool of odd sides",
        "adaptive average pool",
        "vgg",
        "mlp",
        "transformer-lm"
      })
  void whatIsWrittenForAGpuGivesTheSameGradient(String name) {
    assertFloat32GivesTheSameGradient(name, new Device.Gpu(0, true));
  }

  private static void assertFloat32GivesTheSameGradient(String name, Device device) {
    Network network = TinyNetworks.all().get(name);
    double[] weights = weights(network);
    Batch batch = TinyNetworks.batch(network.task());
    try (Exact exact = new Exact(network);
        Scope scope = TestDevice.open();
        NetworkProgram program = new NetworkProgram(network, 0, device)) {
      double[] expected = exact.gradient(weights);

      NetworkProgram.Gradient gradient =
          gradient(program, scope, state(scope, network, weights), network, batch);

      assertThat(gradient.outcome().loss()).isCloseTo(exact.loss(weights), within(1e-5));
      assertClose(gradient.vector(scope).toFloats(), expected);
    }
  }

  /** Within what float32 loses. */
  static void assertClose(float[] gradient, double[] expected) {
    double[] difference = new double[expected.length];
    for (int i = 0; i < difference.length; i++) {
      difference[i] = gradient[i] - expected[i];
    }
    assertThat(norm(difference, 0, difference.length))
        .isLessThan(1e-5 * norm(expected, 0, expected.length));
  }

  /** Nothing that a gradient needs may be freed when the garbage collector runs before it is. */
  @ParameterizedTest
  @ValueSource(strings = {"mlp", "resnet-cifar", "unet", "max unpool", "transformer-lm", "lstm-lm"})
  void garbageCollectionChangesNoBit(String name) throws InterruptedException {
    Network network = TinyNetworks.all().get(name);
    Batch batch = TinyNetworks.batch(network.task());
    Trial trial = Trials.parse(TrialRunTest.trials().get(1));
    // Both meet before every gradient: a collection then begins while it is computed.
    Phaser steps = new Phaser(2);
    AtomicBoolean done = new AtomicBoolean();
    Thread collector =
        new Thread(
            () -> {
              steps.arriveAndAwaitAdvance();
              while (!done.get()) {
                System.gc();
                steps.arriveAndAwaitAdvance();
              }
            });
    try (Scope root = TestDevice.open();
        NetworkProgram program = new NetworkProgram(network, 0, TestDevice.device());
        OptimizerProgram optimizer =
            new OptimizerProgram(trial, program.pieces().sizes(), TestDevice.device())) {
      List<ByteBuffer> undisturbed = walk(root, network, program, optimizer, batch, () -> {});
      collector.start();
      List<ByteBuffer> disturbed =
          walk(root, network, program, optimizer, batch, steps::arriveAndAwaitAdvance);

      assertThat(disturbed).isEqualTo(undisturbed);
    } finally {
      done.set(true);
      steps.arriveAndDeregister();
      collector.join();
    }
  }

  /** The gradients of a path of Adam: one wrong bit changes all that follow. */
  private static List<ByteBuffer> walk(
      Scope root,
      Network network,
      NetworkProgram program,
      OptimizerProgram optimizer,
      Batch batch,
      Runnable beforeGradient) {
    List<ByteBuffer> gradients = new ArrayList<>();
    List<byte[]> garbage = new ArrayList<>();
    try (Scope run = root.child()) {
      List<ByteBuffer> start = state(run, network, weights(network)).vectors();
      start.add(zeros(network.size()));
      start.add(zeros(network.size()));
      State state = State.of(run, start, 0);
      for (int i = 0; i < 200; i++) {
        try (Scope scope = run.child()) {
          beforeGradient.run();
          NetworkProgram.Gradient gradient = gradient(program, scope, state, network, batch);
          garbage.add(new byte[1 << 16]);
          if (garbage.size() > 8) {
            garbage.clear();
          }
          optimizer.update(
              scope,
              state,
              List.of(new OptimizerProgram.Move(gradient.pieces(), 0.001)),
              Optional.empty());
          state.advance();
          gradients.add(gradient.vector(scope).toBytes());
        }
      }
    }
    return gradients;
  }

  static NetworkProgram.Gradient gradient(
      NetworkProgram program, Scope scope, State state, Network network, Batch batch) {
    return program.gradient(
        scope, state.weights(), state.buffers(), batch, TinyNetworks.seeds(network));
  }

  private static ByteBuffer zeros(int size) {
    return ByteBuffer.allocateDirect(size * Float.BYTES).order(ByteOrder.nativeOrder());
  }

  /** Numbers that float32 holds exactly, none of them special: also where a tensor starts at 0. */
  static double[] weights(Network network) {
    RandomStream random = RandomStream.at(5, Purpose.INITIAL_WEIGHTS);
    double[] weights = new double[network.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (0.4 * random.nextGaussian());
    }
    return weights;
  }

  static State state(Scope scope, Network network, double[] weights) {
    Trial plain = Trials.parse(TrialRunTest.trials().get(0));
    List<ByteBuffer> vectors = new ArrayList<>(State.initial(scope, network, plain).vectors());
    ByteBuffer flat = zeros(weights.length);
    for (double weight : weights) {
      flat.putFloat((float) weight);
    }
    vectors.set(0, flat.flip());
    return State.of(scope, vectors, 0);
  }

  private static double[] direction(int size, int from, int length, int index) {
    RandomStream random = RandomStream.at(6, Purpose.GENERATED_DATA, from, index);
    double[] direction = new double[size];
    for (int i = from; i < from + length; i++) {
      direction[i] = random.nextGaussian();
    }
    double norm = norm(direction, 0, size);
    for (int i = from; i < from + length; i++) {
      direction[i] /= norm;
    }
    return direction;
  }

  private static double[] moved(double[] from, double[] direction, double by) {
    double[] moved = from.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += by * direction[i];
    }
    return moved;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double norm(double[] vector, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += vector[i] * vector[i];
    }
    return Math.sqrt(sum);
  }

  /** A network in float64. */
  static final class Exact implements AutoCloseable {
    private final Network network;
    private final Scope root = Engine.open(1);
    private final Program program;
    private final Batch batch;

    Exact(Network network) {
      this.network = network;
      this.batch = TinyNetworks.batch(network.task());
      boolean tokens = network.task() instanceof Task.Language;
      this.program =
          Program.compile(
              NetworkProgram.source(network, 0, Device.CPU)
                  + EXACTLY.replace("$X", tokens ? "x" : "torch.to(x, 7)"));
    }

    double loss(double[] weights) {
      return call(weights, 0)[0];
    }

    double[] gradient(double[] weights) {
      return call(weights, 1);
    }

    private double[] call(double[] weights, int result) {
      try (Scope scope = root.child()) {
        State state = state(scope, network, weights);
        List<Tensor> results =
            program.call(
                scope,
                "exactly",
                NetworkProgram.input(scope, batch),
                NetworkProgram.target(scope, batch),
                scope.doubles(weights),
                state.buffers(),
                scope.longs(TinyNetworks.seeds(network)));
        return results.get(result).toDoubles();
      }
    }

    @Override
    public void close() {
      program.close();
      root.close();
    }
  }
}
