package dev.secant.training;

import dev.secant.architecture.Network;
import dev.secant.architecture.NetworkBuilder;
import dev.secant.architecture.NetworkBuilder.Value;
import dev.secant.data.Batch;
import dev.secant.data.Task;
import dev.secant.engine.Device;
import dev.secant.engine.Engine;
import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernels of the tensor library must not read memory that nobody has written. */
class UnwrittenMemoryTest {
  /** Takes memory in pieces of many sizes, fills it with NaN and gives it back. */
  private static final String LITTER =
      """
        def litter(self: __torch__.secant.Net, none: Tensor) -> Tensor:
          pieces = annotate(List[Tensor], [])
          for i in range(4):
            for size in %s:
              nans = torch.mul(torch.ones([size], dtype=6), float("nan"))
              _0 = torch.append(pieces, nans)
          torch.clear(pieces)
          return none
      """
          .formatted(IntStream.range(40, 82).map(i -> (int) Math.pow(2, i / 4.0)).boxed().toList());

  @ParameterizedTest
  @CsvSource({"8, 8, 16", "6, 20, 24", "24, 40, 8", "3, 33, 16"})
  void gradientsAreRightWhateverTheMemoryHeld(int first, int second, int up) {
    Task task = new Task.Segmentation(3, 32, 32, 6);
    NetworkBuilder net = new NetworkBuilder(task);
    Value x = net.relu(net.conv("a", net.input(), first, 3, 1));
    x = net.relu(net.convWithBias("b", x, second, 3));
    x = net.relu(net.conv("c", x, second, 3, 2));
    x = net.relu(net.upConv("d", x, up));
    Network network = net.build(net.convWithBias("e", x, 6, 3));
    Batch batch = TinyNetworks.batch(task);
    double[] weights = GradientTest.weights(network);
    try (Scope root = Engine.open(1);
        GradientTest.Exact exact = new GradientTest.Exact(network);
        Program litter = Program.compile(LITTER);
        NetworkProgram program = new NetworkProgram(network, 0, Device.CPU)) {
      double[] expected = exact.gradient(weights);
      for (int i = 0; i < 10; i++) {
        try (Scope scope = root.child()) {
          litter.call(scope, "litter", scope.zeros(1));
          NetworkProgram.Gradient gradient =
              GradientTest.gradient(
                  program, scope, GradientTest.state(scope, network, weights), network, batch);

          GradientTest.assertClose(gradient.vector(scope).toFloats(), expected);
        }
      }
    }
  }
}
