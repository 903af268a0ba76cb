package dev.secant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every query of {@code docs/queries.md} is asked of the output of a sweep of two small trials. */
class QueriesOfTheDocsTest {
  private static final Pattern BLOCK =
      Pattern.compile(
          "^```sql\\n(.*?)^```\\n\\n```\\n(.*?)\\n", Pattern.MULTILINE | Pattern.DOTALL);
  @TempDir static Path temp;
  private static String output;

  @BeforeAll
  static void runSweep() throws IOException {
    output = temp.resolve("out").toString();
    Path conf =
        Files.writeString(
            temp.resolve("sweep.conf"),
            """
            secant {
              output = "%s"
              grid {
                architecture = [ {type: mlp, hidden: [8]} ]
                dataset = [ {type: shapes, train: 64, validation: 16} ]
                batch-size = [ 16, 32 ]
                optimizer = [ {type: sgd, lr: 0.01} ]
              }
              train { epochs = 2 }
              measure {
                probes { batches = 2, every = 2 }
                lags { lags = [ 1, 2 ], every = 3 }
                layers { every = 2 }
                keep-checkpoints = on
              }
            }
            """
                .formatted(output));
    assertThat(secant("run", conf.toString())).contains("2 of 2 trials complete");
  }

  @Test
  void eachHasRowsWithTheColumnsShown() throws IOException {
    String page = Files.readString(Path.of("../docs/queries.md"));
    Matcher block = BLOCK.matcher(page);
    int queries = 0;
    while (block.find()) {
      String query = block.group(1);
      List<String> answer = secant("sql", output, query).lines().toList();
      assertThat(answer).as(query).hasSizeGreaterThan(1);
      assertThat(answer.get(0).strip().split(" +"))
          .as(query)
          .isEqualTo(block.group(2).strip().split(" +"));
      queries++;
    }
    assertThat(queries).isGreaterThanOrEqualTo(12);
    assertThat(page.split("```sql", -1)).as("queries with an answer").hasSize(queries + 1);
  }

  @Test
  void anotherOutputIsAskedBesideTheFirst() throws IOException {
    Path other = temp.resolve("copy");
    try (Stream<Path> files = Files.walk(Path.of(output))) {
      for (Path file : files.toList()) {
        Files.copy(file, other.resolve(Path.of(output).relativize(file)));
      }
    }

    String answer =
        secant(
            "sql",
            output,
            "--also",
            other.toString(),
            "--format",
            "csv",
            "SELECT sweep, count(*) AS steps FROM steps GROUP BY sweep ORDER BY sweep");

    assertThat(answer.lines()).containsExactly("sweep,steps", "copy,12", "out,12");
  }

  @Test
  void theFirstAndTheLastCheckpointAreKeptWhereAskedFor() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(output, "_checkpoints"))) {
      assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "step-0.safetensors", "final.safetensors", "step-0.safetensors", "final.safetensors");
    }
  }

  private static String secant(String... arguments) {
    System.setProperty("spark.master", "local[2]");
    try {
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      int code =
          Main.commandLine()
              .setOut(new PrintWriter(out, true))
              .setErr(new PrintWriter(err, true))
              .execute(arguments);
      assertThat(code).as(err.toString()).isZero();
      return out.toString();
    } finally {
      System.clearProperty("spark.master");
    }
  }
}
