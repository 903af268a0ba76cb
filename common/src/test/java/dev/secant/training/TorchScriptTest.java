package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.architecture.Architecture;
import dev.secant.architecture.Architectures;
import dev.secant.architecture.Layout;
import dev.secant.architecture.Network;
import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import dev.secant.engine.Scope;
import dev.secant.engine.TestDevice;
import dev.secant.sweep.Trial;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Modules of {@code src/test/golden/modules.py}, saved by PyTorch and trained here. */
class TorchScriptTest {
  private static final Task SMALL = new Task.Classification(2, 5, 5, 3);

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"net", "mlp", "tied", "attention", "pixels"})
  void aStepIsPyTorchs(String name) throws IOException {
    GoldenStep golden = GoldenStep.read("modules/" + name);

    golden.assertSame(architecture(name).network(golden.task()), 1e-5);
  }

  @Test
  void weightsAreNamedAndStartAsInTheFile() throws IOException {
    Network network = architecture("net").network(GoldenStep.read("modules/net").task());

    assertThat(network.weights().entries().stream().map(Layout.Entry::name))
        .containsExactly(
            "conv1.weight",
            "bn1.weight",
            "bn1.bias",
            "block.0.weight",
            "block.0.bias",
            "block.1.weight",
            "block.1.bias",
            "fc.weight",
            "fc.bias");
    assertThat(network.buffers().entries().stream().map(Layout.Entry::name))
        .containsExactly(
            "bn1.running_mean", "bn1.running_var", "block.1.running_mean", "block.1.running_var");
    try (Scope scope = TestDevice.open()) {
      State one = State.initial(scope, network, trial(1));
      State two = State.initial(scope, network, trial(2));
      assertThat(one.vectors()).isEqualTo(two.vectors());
    }
  }

  /** The statistics live in the state's vector, not in the module, and so in no other program. */
  @Test
  void programsDoNotDisturbEachOther() throws IOException {
    GoldenStep golden = GoldenStep.read("modules/net");
    Network network = architecture("net").network(golden.task());
    try (Scope scope = TestDevice.open();
        NetworkProgram one = new NetworkProgram(network, 0, TestDevice.device());
        NetworkProgram other = new NetworkProgram(network, 0, TestDevice.device())) {
      List<ByteBuffer> alone = walk(scope, network, List.of(one));
      List<ByteBuffer> taking = walk(scope, network, List.of(one, other, one));

      assertThat(taking).isEqualTo(alone);
    }
  }

  /** Gradients of three steps, between which evaluations must change nothing. */
  private static List<ByteBuffer> walk(
      Scope scope, Network network, List<NetworkProgram> programs) {
    State state = State.initial(scope, network, trial(0));
    State foreign = State.initial(scope, network, trial(0));
    List<ByteBuffer> path = new ArrayList<>();
    for (int step = 0; step < 3; step++) {
      NetworkProgram program = programs.get(step % programs.size());
      path.add(
          program
              .gradient(
                  scope,
                  state.weights(),
                  state.buffers(),
                  TinyNetworks.batch(network.task()),
                  new long[0])
              .vector(scope)
              .toBytes());
      path.add(state.buffers().toBytes());
      if (programs.size() > 1) {
        for (NetworkProgram each : programs) {
          each.gradient(
              scope,
              foreign.weights(),
              foreign.buffers(),
              TinyNetworks.batch(network.task()),
              new long[0]);
          double[] sums = each.emptySums();
          each.evaluate(scope, foreign, TinyNetworks.batch(network.task()), sums);
        }
      }
    }
    return path;
  }

  @Test
  void theIdDependsOnTheContent() throws IOException {
    Path file = temp.resolve("model.pt");
    Files.copy(file("net"), file);
    Architecture before = parse(Map.of("type", "torchscript", "path", file.toString()));
    assertThat(before.settings()).containsOnlyKeys("path", "sha256");
    Files.delete(file);
    Files.copy(file("mlp"), file);

    assertThat(parse(Map.of("type", "torchscript", "path", file.toString()))).isNotEqualTo(before);
    assertThatThrownBy(
            () ->
                parse(
                    Map.of(
                        "type",
                        "torchscript",
                        "path",
                        file.toString(),
                        "sha256",
                        before.settings().get("sha256"))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("another file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "noise         | torch.randn",
        "dropout       | p = 0.25",
        "lstm-dropout  | dropout = 0.1",
        "attention-dropout | p = 0.1",
        "functional-dropout | dropout with probability 0.125",
        "traced        | torch.jit.script",
        "stateful      | self.calls",
        "momentum-none | momentum None",
        "two-inputs    | must take one tensor and give one",
        "double        | not float32, but of torch.DoubleStorage",
        "no-weights    | no parameters",
      })
  void whatCannotBeRepeatedOrTrainedIsRefused(String name, String reason) {
    assertThatThrownBy(() -> architecture(name).network(SMALL))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(name + ".pt cannot be trained: ")
        .hasMessageContaining(reason);
  }

  @Test
  void dropoutOfProbabilityZeroIsNone() {
    assertThat(architecture("no-dropout").network(SMALL).size()).isEqualTo(50 * 3 + 3);
  }

  @Test
  void anOutputOfAnotherShapeIsRefused() {
    Task task = new Task.Classification(2, 5, 5, 4);
    Network network = architecture("mlp").network(task);
    try (Scope scope = TestDevice.open();
        NetworkProgram program = new NetworkProgram(network, 0, TestDevice.device())) {
      State state = State.initial(scope, network, trial(0));
      assertThatThrownBy(
              () ->
                  program.gradient(
                      scope,
                      state.weights(),
                      state.buffers(),
                      TinyNetworks.batch(task),
                      new long[0]))
          .hasMessageContaining("output of shape [4, 3], but its task needs [4, 4]");
    }
  }

  @Test
  void aDamagedFileIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(file("net"));
    for (int length : new int[] {0, 10, 1000, whole.length / 2, whole.length - 1}) {
      Path cut = temp.resolve("cut-" + length + ".pt");
      Files.write(cut, Arrays.copyOf(whole, length));

      assertThatThrownBy(
              () -> parse(Map.of("type", "torchscript", "path", cut.toString())).network(SMALL))
          .as("%d bytes", length)
          .isInstanceOf(InputException.class)
          .hasMessageContaining(cut.toString());
    }
    assertThatThrownBy(() -> parse(Map.of("type", "torchscript", "path", "no/such.pt")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no/such.pt");
  }

  private static Trial trial(int seed) {
    return Trials.parse(
        TrialRunTest.trials()
            .get(0)
            .replaceFirst("\\}\\s*$", ", seeds: {init: " + seed + ", order: 0, noise: 0}}"));
  }

  private static Architecture architecture(String name) {
    return parse(Map.of("type", "torchscript", "path", file(name).toString()));
  }

  private static Architecture parse(Map<String, ?> settings) {
    return Architectures.parse(Settings.of(settings));
  }

  private static Path file(String name) {
    return Path.of("src/test/resources/golden/modules", name + ".pt");
  }
}
