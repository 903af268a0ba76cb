package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.secant.architecture.Architecture;
import dev.secant.architecture.ArchitectureProvider;
import dev.secant.architecture.Architectures;
import dev.secant.architecture.Network;
import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import dev.secant.engine.Scope;
import dev.secant.engine.TestDevice;
import example.SecondMlp;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/your-own-network.md. */
class YourOwnNetworkTest {
  private static final Path DOCUMENT = Path.of("../docs/your-own-network.md");

  @TempDir private Path temp;

  @Test
  void theDocumentShowsWhatTheTestsRun() throws IOException {
    assertThat(blocks("java"))
        .containsExactly(Files.readString(Path.of("src/test/java/example/SmallConv.java")));
    String script = Files.readString(Path.of("src/test/golden/modules.py"));
    for (String line :
        blocks("python").get(0).lines().filter(text -> text.startsWith(" ")).toList()) {
      assertThat(script).contains(line);
    }
  }

  @Test
  void aNetworkInAJarTrains() throws IOException {
    Task task = new Task.Classification(2, 8, 8, 3);
    Network network = architecture(blocks("hocon").get(0)).network(task);

    assertThat(network.weights().entries()).hasSize(3 * 3 + 2);
    assertThat(network.size()).isEqualTo(2 * 8 * 9 + 2 * 8 * 8 * 9 + 3 * 2 * 8 + 8 * 3 + 3);
    double before = loss(network, 0);
    assertThat(loss(network, 20)).isLessThan(before);
    assertThat(Architectures.providers()).containsKey("small-conv");
  }

  @Test
  void aModuleOfPyTorchTrains() throws IOException {
    String hocon =
        blocks("hocon").get(1).replace("model.pt", "src/test/resources/golden/modules/net.pt");
    Network network = architecture(hocon).network(new Task.Classification(3, 8, 8, 10));

    double before = loss(network, 0);
    assertThat(loss(network, 20)).isLessThan(before);
  }

  @Test
  void aTypeThatIsTakenIsRefused() throws IOException {
    Path services = Files.createDirectories(temp.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(ArchitectureProvider.class.getName()), SecondMlp.class.getName());
    Thread thread = Thread.currentThread();
    ClassLoader usual = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {temp.toUri().toURL()}, usual)) {
      thread.setContextClassLoader(loader);

      assertThatThrownBy(Architectures::providers)
          .isInstanceOf(InputException.class)
          .hasMessageContaining("example.SecondMlp has the type of a built-in one");
    } finally {
      thread.setContextClassLoader(usual);
    }
  }

  /** The loss after some steps against the gradient. */
  private static double loss(Network network, int steps) {
    try (Scope scope = TestDevice.open();
        NetworkProgram program = new NetworkProgram(network, 0, TestDevice.device());
        OptimizerProgram optimizer =
            new OptimizerProgram(
                Trials.parse(TrialRunTest.trials().get(0)),
                program.pieces().sizes(),
                TestDevice.device())) {
      State state = State.initial(scope, network, Trials.parse(TrialRunTest.trials().get(0)));
      for (int i = 0; i < steps; i++) {
        NetworkProgram.Gradient gradient =
            program.gradient(
                scope,
                state.weights(),
                state.buffers(),
                TinyNetworks.batch(network.task()),
                new long[0]);
        optimizer.update(
            scope,
            state,
            List.of(new OptimizerProgram.Move(gradient.pieces(), 0.1)),
            Optional.empty());
      }
      return program
          .gradient(
              scope,
              state.weights(),
              state.buffers(),
              TinyNetworks.batch(network.task()),
              new long[0])
          .outcome()
          .loss();
    }
  }

  private static Architecture architecture(String hocon) {
    Config config = ConfigFactory.parseString(hocon);
    return Architectures.parse(
        Settings.component(config.getList("architecture").get(0), "architecture"));
  }

  private static List<String> blocks(String language) throws IOException {
    Matcher block =
        Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$")
            .matcher(Files.readString(DOCUMENT));
    List<String> blocks = new ArrayList<>();
    while (block.find()) {
      blocks.add(block.group(1));
    }
    return blocks;
  }
}
