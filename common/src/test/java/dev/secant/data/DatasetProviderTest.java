package dev.secant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.sweep.Sweep;
import dev.secant.sweep.SweepFile;
import dev.secant.sweep.Trial;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and uses what docs/your-own-dataset.md shows, as its reader would. */
class DatasetProviderTest {
  private static final Path DOCS = Path.of("..", "docs", "your-own-dataset.md");

  @TempDir Path temp;
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private URLClassLoader withProvider;
  private Path jar;

  @BeforeEach
  void compile() throws IOException {
    jar = Files.createDirectories(temp.resolve("jar"));
    compile("CsvProvider.java", block("java"));
    register(block("text").strip());
  }

  @AfterEach
  void restore() throws IOException {
    Thread.currentThread().setContextClassLoader(before);
    withProvider.close();
  }

  @Test
  void theExampleIsListedAndReadsItsFile() throws IOException {
    assertThat(Datasets.types()).containsKeys("csv", "shapes");
    Files.writeString(temp.resolve("iris.csv"), "5.1, 3.5, 0\n7.0,3.2,1\n6.3,3.3,2\n5.8,2.7,2\n");
    Map<String, Object> options =
        Map.of("file", "iris.csv", "classes", 3, "validation-fraction", 0.25);
    Dataset data = Reading.load(temp, "csv", options);
    assertThat(data.task()).isEqualTo(new Task.Classification(1, 1, 2, 3));
    assertThat(data.trainSize()).isEqualTo(3);
    Batch train = Reading.train(data, 3);
    assertThat(Reading.pixels(train)).containsExactly(5.1f, 3.5f, 7.0f, 3.2f, 6.3f, 3.3f);
    assertThat(Reading.targets(train)).containsExactly(0, 1, 2);
    Batch validation = Reading.validation(data);
    assertThat(Reading.pixels(validation)).containsExactly(5.8f, 2.7f);
    assertThat(Reading.targets(validation)).containsExactly(2);
  }

  @Test
  void theExampleSaysWhatIsWrongAndWhere() throws IOException {
    Map<String, Object> options = Map.of("file", "iris.csv");
    assertRefused(options, "iris.csv", "cannot be read");
    Files.writeString(temp.resolve("iris.csv"), "1,2,0\n1,two,0\n");
    assertRefused(options, "iris.csv:2", "expected numbers");
    Files.writeString(temp.resolve("iris.csv"), "1,2,0\n1,2,3,0\n");
    assertRefused(options, "iris.csv:2", "not as long");
    Files.writeString(temp.resolve("iris.csv"), "1,2,2\n");
    assertRefused(options, "iris.csv:1", "0 to 1");
    assertRefused(Map.of("file", "iris.csv", "clases", 3), "clases", "did you mean classes?");
  }

  @Test
  void aTrialOfTheExamplesSweepIsReadBackFromItsText() throws IOException {
    Path conf = temp.resolve("iris.conf");
    Files.writeString(conf, block("hocon"));
    Sweep sweep = SweepFile.read(conf, List.of(), Optional.empty());
    assertThat(sweep.trials()).hasSize(1);
    Trial trial = sweep.trials().get(0);
    assertThat(Trial.fromJson(trial.canonicalJson())).isEqualTo(trial);
  }

  @Test
  void aNameThatIsTakenIsRefused() throws IOException {
    String taken = block("java").replace("return \"csv\"", "return \"cifar10\"");
    compile("CsvProvider.java", taken);
    register("example.CsvProvider");
    assertThatThrownBy(() -> Datasets.parse(Settings.of(Map.of("type", "shapes"))))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("dataset type cifar10 of example.CsvProvider", "already");
  }

  @Test
  void aProviderThatCannotBeLoadedIsRefused() throws IOException {
    register("example.NotThere");
    assertThatThrownBy(Datasets::types)
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("dataset provider", "example.NotThere");
  }

  private void assertRefused(Map<String, ?> options, String... parts) {
    assertThatThrownBy(() -> Reading.load(temp, "csv", options))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts);
  }

  private void compile(String name, String code) throws IOException {
    Path source = Files.writeString(temp.resolve(name), code);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options = List.of("-Xlint:all", "-Werror", "-proc:none", "-d", jar.toString());
      boolean compiled =
          compiler
              .getTask(said, files, null, options, null, files.getJavaFileObjects(source))
              .call();
      assertThat(compiled).as(said.toString()).isTrue();
    }
  }

  private void register(String provider) throws IOException {
    Path services = Files.createDirectories(jar.resolve("META-INF/services"));
    Files.writeString(services.resolve("dev.secant.data.DatasetProvider"), provider);
    if (withProvider != null) {
      withProvider.close();
    }
    withProvider = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before);
    Thread.currentThread().setContextClassLoader(withProvider);
  }

  /** The first fenced block of a language in the docs. */
  private static String block(String language) throws IOException {
    Matcher block =
        Pattern.compile("^```" + language + "\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(Files.readString(DOCS));
    assertThat(block.find()).as("a block of " + language + " in " + DOCS).isTrue();
    return block.group(1);
  }
}
