package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.architecture.Network;
import dev.secant.architecture.NetworkBuilder;
import dev.secant.architecture.NetworkBuilder.Value;
import dev.secant.data.Batch;
import dev.secant.data.Task;
import dev.secant.engine.Scope;
import dev.secant.engine.TestDevice;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Results may be written over what they are made of, but only where nobody reads that again. */
class InPlaceTest {
  private static final Task TASK = new Task.Classification(1, 1, 2, 2);
  private static final float[] H = {-1, 2};

  @Test
  void whatIsReadOnceIsWrittenOver() {
    Network network = network((net, h) -> net.relu(net.plus(h, net.flatten(net.input()))));

    assertThat(network.body()).contains("torch.add_(v1, ", "torch.relu_(v");
    assertScores(network((net, h) -> net.relu(net.plus(h, net.times(h, 0)))), relu());
    assertScores(network((net, h) -> net.relu(h)), relu());
  }

  @Test
  void whatIsReadAgainStays() {
    assertScores(network((net, h) -> net.plus(h, net.relu(h))), h -> h + Math.max(0, h));
    assertScores(network((net, h) -> net.plus(net.relu(h), h)), h -> h + Math.max(0, h));
    assertScores(network((net, h) -> net.plus(h, h)), h -> 2 * h);
    assertScores(
        network((net, h) -> net.plus(net.relu(net.plus(h, h)), h)), h -> h + Math.max(0, 2 * h));
    assertScores(
        network(
            (net, h) -> {
              net.relu(h);
              return h;
            }),
        h -> h);
  }

  private static DoubleUnaryOperator relu() {
    return h -> Math.max(0, h);
  }

  private interface Layers {
    Value of(NetworkBuilder net, Value h);
  }

  /** Some layers over two numbers h. */
  private static Network network(Layers layers) {
    NetworkBuilder net = new NetworkBuilder(TASK);
    return net.build(layers.of(net, net.linear("h", net.flatten(net.input()), 2)));
  }

  /** Without weights h is the bias; the loss is the mean of log(exp(s0) + exp(s1)) - s_y. */
  private static void assertScores(Network network, DoubleUnaryOperator score) {
    double[] s = {score.applyAsDouble(H[0]), score.applyAsDouble(H[1])};
    Batch batch = TinyNetworks.batch(TASK);
    double expected = Math.log(Math.exp(s[0]) + Math.exp(s[1]));
    for (int i = 0; i < batch.size(); i++) {
      expected -= s[(int) batch.targets().get(i)] / batch.size();
    }
    try (Scope scope = TestDevice.open();
        NetworkProgram program = new NetworkProgram(network, 0, TestDevice.device())) {
      NetworkProgram.Gradient gradient =
          program.gradient(
              scope,
              scope.floats(new float[] {0, 0, 0, 0, H[0], H[1]}),
              scope.zeros(0),
              batch,
              new long[0]);
      assertThat(gradient.outcome().loss()).isCloseTo(expected, within(1e-6));
    }
  }
}
