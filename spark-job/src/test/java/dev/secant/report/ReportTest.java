package dev.secant.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.secant.analysis.Analysis;
import dev.secant.analysis.WrittenSweep;
import dev.secant.job.Output;
import dev.secant.table.EpochRecord;
import dev.secant.table.LagRecord;
import dev.secant.table.LayerRecord;
import dev.secant.table.ProbeRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page says of sweeps whose numbers are made up. */
class ReportTest {
  private static final Pattern DATA =
      Pattern.compile(
          "<script id=\"data\" type=\"application/json\">(.*?)</script>", Pattern.DOTALL);

  private static SparkSession spark;
  @TempDir Path temp;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "1")
            // Compiling the queries takes longer than running them on a few rows.
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.adaptive.enabled", "false")
            .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void noTrialAtAll() throws IOException {
    Path empty = Files.createDirectories(temp.resolve("out"));
    String page = page(new Output(empty.toString(), spark.sparkContext().hadoopConfiguration()));
    JsonNode data = data(page);

    assertThat(data.at("/glance/statuses")).isEmpty();
    assertThat(data.at("/lines")).isEmpty();
    assertThat(data.at("/absent/trials").asText()).isEqualTo("No trial has come to its end yet.");
    assertThat(data.at("/absent/path").asText()).startsWith("Nothing is measured yet");
    assertThat(data.at("/absent/effects").asText()).startsWith("No effects");
    // Whole, and nothing is loaded.
    assertThat(page).contains("default-src 'none'", "echarts.init", "Licensed to the Apache");
    assertThat(page).doesNotContain("{{title}}", "{{echarts}}", "{{data}}");
    String own = page.replaceAll("(?s)<script>\\s*/\\*\\s*\\* Licensed.*?</script>", "");
    assertThat(own.length()).isLessThan(page.length() - 1_000_000);
    assertThat(own)
        .doesNotContainPattern("(?i)<(script|img|iframe)[^>]+src=")
        .doesNotContainPattern("(?i)<link[^>]+href=\"(?!data:)|@import|url\\(");
  }

  @Test
  void everyTrialFailedAndTextCannotBreakOut() throws IOException {
    String message =
        "</script><img src=x onerror=alert(2)><script>alert(1)</script> <!-- {{echarts}} & $1 \\ \u2028";
    WrittenSweep sweep = new WrittenSweep(spark, temp.resolve("<b>&amp;"));
    for (int batch : new int[] {1, 2}) {
      sweep.trial(
          Map.of(
              "batch_size",
              batch,
              "status",
              "failed",
              "error_category",
              "bad-data",
              "error_message",
              message));
    }
    String page = page(sweep);
    JsonNode data = data(page);

    assertThat(data.at("/glance/statuses/failed").asInt()).isEqualTo(2);
    assertThat(data.at("/lines")).isEmpty();
    assertThat(data.at("/absent/path").asText()).startsWith("Nothing was measured");
    assertThat(data.at("/failures/rows/1"))
        .extracting(JsonNode::asText)
        .containsExactly("000000000001", "failed", "batch size 2", "0", "0", "bad-data", message);
    assertThat(page).doesNotContain("alert(1)</script>", "<!-- {{", "<img src=x");
    assertThat(page).contains("<title>Secant: &lt;b&gt;&amp;amp;</title>");
    assertThat(page.split("</script>", -1)).hasSize(4);
  }

  @Test
  void oneTrialOfWhichOnlyStepsWereMeasured() throws IOException {
    WrittenSweep sweep = sweep().trial(Map.of("steps", 2L));
    sweep.step(0, Map.of("gamma", 0.5, "distance", 2.0)).step(1, Map.of("distance", 1.0));
    JsonNode data = report(sweep);

    assertThat(data.at("/factors")).isEmpty();
    assertThat(names(data.at("/groupings"))).containsExactly("configuration", "trial");
    assertThat(data.at("/groupings/0/groups/0/name").asText()).isEqualTo("all");
    assertThat(data.at("/groupings/1/groups/0/name").asText()).isEqualTo("seed 0 (000000000000)");
    JsonNode line = line(data, "configuration", 0);
    assertThat(numbers(line.at("/of/distance/mid"))).containsExactly(2, 1);
    assertThat(line.at("/of/distance/low")).isEmpty();
    JsonNode absent = data.at("/absent");
    assertThat(absent.has("path")).isFalse();
    assertThat(absent.at("/effects").asText()).startsWith("No effects");
    assertThat(absent.at("/lags").asText()).contains("measure.lags was off");
    assertThat(absent.at("/layers").asText()).contains("measure.layers was off");
    assertThat(absent.at("/probes").asText()).contains("measure.probes was off");
    assertThat(absent.at("/full").asText()).contains("measure.full-batch was off");

    // Written again, after what it is computed from was lost.
    Files.move(temp.resolve("out/summary"), temp.resolve("moved"));
    assertThat(data(page(sweep.output()))).isEqualTo(data);
    assertThat(temp.resolve("out/summary")).isDirectory();
    try (Stream<Path> files = Files.list(temp.resolve("out"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> name.contains("report"))
          .containsExactly("report.html");
    }
  }

  @Test
  void everythingWasMeasured() throws IOException {
    WrittenSweep sweep = sweep();
    for (int batch : new int[] {1, 2}) {
      for (long seed = 0; seed < 3; seed++) {
        long steps = 8 / batch;
        sweep.trial(Map.of("batch_size", batch, "seed", seed, "steps", steps, "epochs", 2));
        for (long t = 0; t < steps; t++) {
          double rsi = 100 * batch + 10 * seed * seed + t;
          sweep.step(t, Map.of("rsi", rsi, "distance", 1.0));
          sweep.step(t, Map.of("rsi", -rsi, "distance", 1.0, "reference", "average-last-2"));
        }
      }
    }
    for (int probe = 0; probe < 3; probe++) {
      sweep.row(ProbeRecord.TABLE, 2, Map.of("probe", probe, "gamma", 0.1 * probe * probe));
    }
    sweep.row(EpochRecord.TABLE, 2, Map.of("epoch", 0, "full_batch_gamma", 0.75));
    sweep.row(EpochRecord.TABLE, 4, Map.of("epoch", 1, "full_batch_gamma", 0.875));
    sweep.row(LagRecord.TABLE, 0, Map.of("lag", 2, "cosine", 0.125, "movement", 3.0));
    for (long t = 0; t < 4; t++) {
      for (int layer = 0; layer < 2; layer++) {
        sweep.row(
            LayerRecord.TABLE,
            t,
            Map.of("position", layer, "layer", "w" + layer, "gamma", (t + layer) / 8.0));
      }
    }
    JsonNode data = report(sweep);

    assertThat(data.at("/absent")).isEmpty();
    assertThat(data.at("/references"))
        .extracting(JsonNode::asText)
        .containsExactly("final", "average-last-2");
    assertThat(data.at("/axis/cells").asInt()).isEqualTo(8);
    assertThat(data.at("/effects/rows")).isNotEmpty();
    assertThat(data.at("/trials/rows")).hasSize(6);
    JsonNode band = line(data, "batch_size", 1).at("/of/rsi");
    // Seeds are a band around their median; a step of these is two cells long.
    assertThat(numbers(band.at("/mid"))).containsExactly(210, 210, 211, 211, 212, 212, 213, 213);
    assertThat(numbers(band.at("/low"))).containsExactly(200, 200, 201, 201, 202, 202, 203, 203);
    assertThat(numbers(band.at("/high"))).containsExactly(240, 240, 241, 241, 242, 242, 243, 243);
    assertThat(line(data, "configuration", 1).at("/of/rsi")).isEqualTo(band);
    assertThat(numbers(line(data, "trial", 2).at("/of/rsi/mid")))
        .containsExactly(140, 141, 142, 143, 144, 145, 146, 147);
    JsonNode last = line(data, "trial", 5).at("/of");
    assertThat(numbers(last.at("/probe_gamma/at"))).containsExactly(4);
    assertThat(numbers(last.at("/probe_gamma/mid"))).containsExactly(0.1);
    assertThat(numbers(last.at("/probe_gamma/high"))).containsExactly(0.4);
    // At the ends of the epochs.
    assertThat(numbers(last.at("/full_batch_gamma/at"))).containsExactly(4, 8);
    assertThat(numbers(last.at("/full_batch_gamma/mid"))).containsExactly(0.75, 0.875);
    assertThat(numbers(last.at("/movement/at"))).containsExactly(2);
    assertThat(numbers(last.at("/movement/mid"))).containsExactly(3);
    JsonNode map = data.at("/layers/0");
    assertThat(map.at("/trial").asText()).isEqualTo("000000000005");
    assertThat(map.at("/layers")).extracting(JsonNode::asText).containsExactly("w0", "w1");
    assertThat(numbers(map.at("/steps"))).containsExactly(0, 1, 2, 3);
    assertThat(numbers(map.at("/gamma/mid/1"))).containsExactly(0.125, 0.25, 0.375, 0.5);
    assertThat(map.at("/rsi/mid/0/0").isNull()).isTrue();
  }

  private WrittenSweep sweep() {
    return new WrittenSweep(spark, temp.resolve("out"));
  }

  private static JsonNode report(WrittenSweep sweep) throws IOException {
    return data(page(sweep));
  }

  private static String page(WrittenSweep sweep) throws IOException {
    sweep.analyze();
    return page(sweep.output());
  }

  private static String page(Output output) throws IOException {
    Analysis.refresh(spark, output);
    return Files.readString(Path.of(Report.write(spark, output).toUri().getPath()));
  }

  private static JsonNode data(String page) throws IOException {
    Matcher matcher = DATA.matcher(page);
    assertThat(matcher.find()).isTrue();
    return new ObjectMapper().readTree(matcher.group(1));
  }

  private static JsonNode line(JsonNode data, String grouping, int group) {
    int by = names(data.at("/groupings")).indexOf(grouping);
    for (JsonNode line : data.at("/lines")) {
      if (line.at("/by").asInt() == by && line.at("/group").asInt() == group) {
        return line;
      }
    }
    throw new AssertionError("no line of " + grouping + " " + group);
  }

  private static List<String> names(JsonNode list) {
    List<String> names = new ArrayList<>();
    list.forEach(entry -> names.add(entry.at("/name").asText()));
    return names;
  }

  private static double[] numbers(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }
}
