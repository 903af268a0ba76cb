package dev.secant.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
  @TempDir Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path conf;

  @BeforeEach
  void writeSweep() throws IOException {
    conf = temp.resolve("sweep.conf");
    Files.writeString(
        conf,
        """
        secant {
          output = %s
          grid {
            architecture = [ {type: mlp, hidden: [8]} ]
            dataset = [ {type: shapes, train: 64, validation: 16} ]
            batch-size = [ 16, 32 ]
            optimizer = [ {type: sgd, lr: 0.01} ]
          }
          train { epochs = 2 }
        }
        """
            .formatted("\"" + temp.resolve("out") + "\""));
  }

  @Test
  void planShowsTheTrialsAndRunsNothing() {
    assertThat(secant("plan", conf.toString())).isZero();

    assertThat(out.toString()).contains("trial_id", "mlp", "2 trials, 12 steps, each walked twice");
    assertThat(temp.resolve("out")).doesNotExist();
  }

  @Test
  void anUnknownKeyIsRefusedWithFileAndLine() {
    assertThat(secant("run", conf.toString(), "--set", "train.epoch=3")).isEqualTo(2);

    assertThat(err.toString()).contains("train.epoch").doesNotContain("\tat ");
    assertThat(temp.resolve("out")).doesNotExist();
  }

  @Test
  void aGpuThatCannotBeUsedIsRefusedBeforeAnythingStarts() {
    assertThat(secant("run", conf.toString(), "--set", "engine.device=gpu")).isEqualTo(2);

    assertThat(err.toString())
        .contains(conf + ": GPU 0 was asked for, but found: libtorch", "without CUDA")
        .contains("PYTORCH_LIBRARY_PATH", "or engine.device = cpu");
    assertThat(temp.resolve("out")).doesNotExist();
  }

  @Test
  void benchTellsThePaceOfAWorkloadAndHowLongItWaitedForData() {
    InputStream input = System.in;
    // A line for each round, and one that is nobody's.
    InputStream lines = new ByteArrayInputStream("go\ngo\nrest".getBytes(UTF_8));
    System.setIn(lines);
    try {
      assertThat(secant("bench", "--json", "--rounds", "2", "--turns", "mlp-512")).isZero();
    } finally {
      System.setIn(input);
    }

    assertThat(lines).hasContent("rest");
    String turns = "turn%nturn%n".formatted();
    assertThat(out.toString()).startsWith(turns + "{");
    List<? extends Config> workloads =
        ConfigFactory.parseString(out.toString().substring(turns.length()))
            .getConfigList("workloads");
    assertThat(workloads).hasSize(1);
    Config workload = workloads.get(0);
    assertThat(workload.getString("name")).isEqualTo("mlp-512");
    assertThat(workload.getInt("weights")).isEqualTo(3073 * 512 + 513 * 512 + 513 * 10);
    assertThat(workload.getDouble("plain_ms")).isPositive();
    assertThat(workload.getDouble("measured_ms")).isPositive();
    assertThat(workload.getDouble("data_wait_share")).isBetween(0.0, 1.0);
    assertThat(err.toString()).contains("secant: mlp-512: ");
  }

  @Test
  void benchRefusesAGpuThatCannotBeUsed() {
    assertThat(secant("bench", "--device", "gpu", "mlp-512")).isEqualTo(2);

    assertThat(err.toString()).contains("GPU 0 was asked for", "without CUDA", "docs/gpu.md");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void benchRefusesNoThreadsAndNoRounds() {
    assertThat(secant("bench", "--threads", "0", "mlp-512")).isEqualTo(2);
    assertThat(secant("bench", "--rounds", "0", "mlp-512")).isEqualTo(2);

    assertThat(err.toString())
        .contains("--threads 0, --rounds 5: both must be at least 1")
        .contains("--threads 1, --rounds 0: both must be at least 1")
        .doesNotContain("\tat ");
  }

  @Test
  void aRunThatIsRefusedAfterSparkHasStartedSaysWhyAndNoMore() {
    System.setProperty("spark.master", "local[1]");
    try {
      int code =
          secant(
              "run",
              conf.toString(),
              "--set",
              "measure.mode=trajectory",
              "--set",
              "measure.trajectory-memory=1MiB",
              "--set",
              "train.epochs=20");
      assertThat(code).isEqualTo(2);
      assertThat(err.toString())
          .contains("measure.mode = trajectory: the path of trial ", "is 1 MiB; raise it")
          .doesNotContain("interrupted", "\tat ");
      assertThat(out.toString()).isEmpty();
    } finally {
      System.clearProperty("spark.master");
    }
  }

  @Test
  void aTraceIsShownToThoseWhoAsk() {
    assertThat(secant("plan", temp.resolve("none.conf").toString(), "--stacktrace")).isEqualTo(2);

    assertThat(err.toString()).contains("none.conf: no such configuration file", "\tat ");
  }

  @Test
  void aMissingDatasetIsRefusedBeforeAnythingStarts() {
    int code =
        secant(
            "run",
            conf.toString(),
            "--set",
            "grid.dataset=[cifar10]",
            "--set",
            "data.root=\"" + temp.resolve("nowhere") + "\"");

    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains(temp.resolve("nowhere").toString());
    assertThat(temp.resolve("out")).doesNotExist();
  }

  @Test
  void anUnknownOptionIsBadInput() {
    assertThat(secant("plan", conf.toString(), "--fast")).isEqualTo(2);

    assertThat(err.toString()).contains("--fast");
  }

  @Test
  void everyCommandHasHelp() {
    for (String command : Main.commandLine().getSubcommands().keySet()) {
      assertThat(secant(command, "--help")).as(command).isZero();
      assertThat(out.toString()).contains("Usage: secant " + command);
    }
  }

  @Test
  void listsWhatASweepCanName() {
    assertThat(secant("architectures")).isZero();
    assertThat(secant("datasets")).isZero();
    assertThat(secant("optimizers")).isZero();

    assertThat(out.toString()).contains("resnet-cifar", "shapes", "nesterov");
    // Tensors and weights, counted at the example task.
    assertThat(out.toString())
        .containsPattern("(?m)^segnet .* channels = 64 .* 3x256x256, classes 6 +102 +29446470$");
  }

  @Test
  void aDatasetThatIsThereIsNotFetched() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("cifar-10-batches-bin"));
    assertThat(secant("data", "fetch", "cifar10", "--to", temp.toString())).isZero();

    assertThat(out.toString()).contains("cifar10 is there already: " + folder);
  }

  @Test
  void aDatasetThatCannotBeFetchedIsBadInput() {
    assertThat(secant("data", "fetch", "imagenet", "--to", temp.toString())).isEqualTo(2);
    assertThat(secant("data", "fetch", "cifar11", "--to", temp.toString())).isEqualTo(2);
    assertThat(secant("data")).isEqualTo(2);

    assertThat(err.toString())
        .contains("https://image-net.org/", temp.resolve("imagenet").toString())
        .contains("no dataset cifar11 to fetch; there are: camvid, cifar10, cifar100,");
    assertThat(secant("data", "fetch", "--help")).isZero();
    assertThat(out.toString()).contains("wikitext-103", "$SECANT_DATA");
  }

  @Test
  void anOutputThatIsNotThereIsBadInput() {
    System.setProperty("spark.master", "local[1]");
    try {
      assertThat(secant("status", temp.resolve("out").toString())).isEqualTo(2);
      assertThat(err.toString()).contains("does not exist");
    } finally {
      System.clearProperty("spark.master");
    }
  }

  @Test
  void aTrialsIdIsNoPath() {
    for (String id : new String[] {"../../x", "0123456789AB", "0123456789abc", ""}) {
      assertThat(secant("export", "out", "--trial", id, "--tensorboard", temp.toString()))
          .isEqualTo(2);
      assertThat(err.toString()).contains("--trial " + id + ": must be a trial's id");
    }
    assertThat(temp).isDirectoryNotContaining(file -> !file.equals(conf));
  }

  @Test
  void anEmptyOutputIsAnalyzedToEmptyTables() throws IOException {
    Path empty = Files.createDirectories(temp.resolve("out"));
    System.setProperty("spark.master", "local[1]");
    try {
      assertThat(secant("analyze", temp.resolve("none").toString())).isEqualTo(2);
      assertThat(err.toString()).contains("does not exist");
      assertThat(secant("analyze", empty.toString())).isZero();
      assertThat(out.toString()).contains("no trial", "no effects");
      assertThat(secant("sql", empty.toString(), "SELECT count(*) FROM summary")).isZero();
      out.getBuffer().setLength(0);
      assertThat(secant("status", empty.toString(), "--format", "json")).isZero();
      assertThat(new ObjectMapper().readTree(out.toString()))
          .isEqualTo(
              new ObjectMapper()
                  .readTree(
                      """
                      {"output": "file:%s", "complete": 0, "diverged": 0, "drifted": 0, "failed": 0,
                       "running": 0, "left": 0}
                      """
                          .formatted(empty)));
    } finally {
      System.clearProperty("spark.master");
    }
  }

  private int secant(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
