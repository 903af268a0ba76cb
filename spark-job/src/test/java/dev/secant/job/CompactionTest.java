package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.analysis.Analysis;
import dev.secant.analysis.WrittenSweep;
import dev.secant.config.InputException;
import dev.secant.table.LagRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactionTest {
  private static final List<String> VIEWS = List.of("trials", "steps", "lags", "summary");

  private static SparkSession spark;
  @TempDir Path temp;
  private Output output;
  private Map<String, List<String>> before;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @BeforeEach
  void writeSweep() throws IOException {
    WrittenSweep sweep = sweep("out", 2);
    sweep.analyze();
    output = sweep.output();
    // What a crash left of a trial that has no row in trials.
    Path torn = Files.createDirectories(temp.resolve("out/steps/trial_id=ffffffffffff"));
    Files.copy(
        parquet(temp.resolve("out/steps/trial_id=000000000000")).get(0),
        torn.resolve("part.parquet"));
    before = views();
    assertThat(before.get("steps")).hasSize(100);
  }

  @Test
  void theSameRowsAreInOneFileATable() throws IOException {
    assertThat(Compaction.run(spark, output))
        .contains(
            new Compaction.Compacted("steps", 100, 3, 1),
            new Compaction.Compacted("lags", 2, 2, 1));

    assertThat(views()).isEqualTo(before);
    assertThat(parquet(temp.resolve("out/steps"))).hasSize(1);
    assertThat(parquet(temp.resolve("out/trials"))).hasSize(2);
    assertThat(temp.resolve("out")).isDirectoryNotContaining("glob:**/_*");
  }

  @Test
  void anyReaderFindsTheRowsInOrder() throws IOException {
    Compaction.run(spark, output);

    Dataset<Row> read = spark.read().parquet(temp.resolve("out/steps").toString());
    assertThat(rows(read.selectExpr("format_string('%s %03d', trial_id, step)")))
        .hasSize(100)
        .isSorted();
    assertThat(read.columns()[0]).isEqualTo("trial_id");
  }

  @Test
  void doneAgainItChangesNothing() throws IOException {
    Compaction.run(spark, output);

    assertThat(Compaction.run(spark, output))
        .contains(new Compaction.Compacted("steps", 100, 1, 1));
    assertThat(views()).isEqualTo(before);
  }

  @Test
  void laterTrialsAreReadBesideTheLargeFilesAndJoinThem() throws IOException {
    Compaction.run(spark, output);
    sweep("other", 3).analyze();
    for (String table : List.of("steps", "lags", "trials")) {
      String later = table + "/trial_id=000000000002";
      Files.move(temp.resolve("other").resolve(later), temp.resolve("out").resolve(later));
    }
    assertThat(Compaction.isDue(output)).isTrue();
    Analysis.compute(spark, output);
    Map<String, List<String>> after = views();
    assertThat(after.get("steps")).hasSize(150).containsAll(before.get("steps"));

    Compaction.run(spark, output);

    assertThat(Compaction.isDue(output)).isFalse();
    assertThat(views()).isEqualTo(after);
    assertThat(parquet(temp.resolve("out/steps"))).hasSize(1);
  }

  @Test
  void aTrialThatWasWalkedAgainCountsOnce() throws IOException {
    Path again = temp.resolve("out/steps/trial_id=000000000001");
    copy(again, temp.resolve("again"));
    Compaction.run(spark, output);
    copy(temp.resolve("again"), again);

    assertThat(views()).isEqualTo(before);
    goesOn();
  }

  @Test
  void interruptedBeforeTheNewFilesAreWhole() throws IOException {
    Path half = Files.createDirectories(temp.resolve("out/_steps-new/_temporary"));
    Files.writeString(half.resolve("part-00000.parquet"), "torn");

    assertThat(views()).isEqualTo(before);
    goesOn();
  }

  @Test
  void interruptedBetweenTheRenames() throws IOException {
    Files.move(temp.resolve("out/steps"), temp.resolve("out/_steps-old"));
    Files.createDirectories(temp.resolve("out/_steps-new"));

    assertThat(views()).isEqualTo(before);
    goesOn();
  }

  @Test
  void interruptedBeforeTheOldFilesAreGone() throws IOException {
    copy(temp.resolve("out/steps"), temp.resolve("out/_steps-old"));
    Compaction.recover(output);
    assertThat(temp.resolve("out/_steps-old")).doesNotExist();
    copy(temp.resolve("out/steps"), temp.resolve("out/_steps-old"));

    assertThat(views()).isEqualTo(before);
    goesOn();
  }

  @Test
  void aRunGoesOnWhereTheOldFilesAre() throws IOException {
    Files.move(temp.resolve("out/steps"), temp.resolve("out/_steps-old"));

    Compaction.recover(output);

    assertThat(temp.resolve("out/steps/trial_id=000000000000")).exists();
    assertThat(views()).isEqualTo(before);
  }

  @Test
  void notWhileARunWrites() {
    try (OutputLock lock = OutputLock.take(output)) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(() -> Compaction.run(spark, output))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("is being written by another run");
    }
  }

  private void goesOn() throws IOException {
    Compaction.run(spark, output);
    assertThat(views()).isEqualTo(before);
    assertThat(parquet(temp.resolve("out/steps"))).hasSize(1);
    assertThat(temp.resolve("out")).isDirectoryNotContaining("glob:**/_*");
  }

  private WrittenSweep sweep(String name, int trials) {
    WrittenSweep sweep = new WrittenSweep(spark, temp.resolve(name));
    for (int trial = 0; trial < trials; trial++) {
      sweep.trial(Map.of("seed", (long) trial));
      for (long step = 0; step < 50; step++) {
        sweep.step(step, Map.of("gamma", 0.01 * step + trial));
      }
      sweep.row(LagRecord.TABLE, 0, Map.of());
    }
    return sweep;
  }

  /** Everything that the views show. */
  private Map<String, List<String>> views() {
    output.createViews(spark);
    Map<String, List<String>> all = new TreeMap<>();
    for (String view : VIEWS) {
      all.put(view, rows(spark.table(view)).stream().sorted().toList());
    }
    return all;
  }

  private static List<String> rows(Dataset<Row> rows) {
    return rows.collectAsList().stream().map(row -> row.mkString(" ")).toList();
  }

  private static List<Path> parquet(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }
}
