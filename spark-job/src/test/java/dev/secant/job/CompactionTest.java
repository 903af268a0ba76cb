package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.analysis.Analysis;
import dev.secant.analysis.WrittenSweep;
import dev.secant.config.InputException;
import dev.secant.table.LagRecord;
import dev.secant.table.StepRecord;
import dev.secant.table.TrialRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
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

  /** Of two trials, analyzed: what each test begins with a copy of. */
  @TempDir static Path written;

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
    sweep(written, 2).analyze();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @BeforeEach
  void copySweep() throws IOException {
    copy(written, temp.resolve("out"));
    output = new Output(temp.resolve("out").toString(), spark.sparkContext().hadoopConfiguration());
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
    sweep(temp.resolve("other"), 3).analyze();
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
  void whereverItIsKilledTheSameRowsAreThereAndTheNextOneGoesOn() throws IOException {
    Path copies = Files.createDirectories(temp.resolve("copies"));
    Configuration crashing = new Configuration(spark.sparkContext().hadoopConfiguration());
    CrashingFiles.copies(crashing, temp.resolve("out").toString(), copies.toString());
    Replacement steps =
        new Replacement(new Output("crashing://" + temp.resolve("out"), crashing), "steps");
    output
        .of(output.all(spark, TrialRecord.TABLE), spark, StepRecord.TABLE)
        .repartition(2)
        .write()
        .parquet(temp.resolve("out/_steps-new").toString());

    steps.commit();

    List<Path> killed;
    try (Stream<Path> all = Files.list(copies)) {
      killed = all.toList();
    }
    // The manifest in two steps, three old trials and their folder, two new files, and the end.
    assertThat(killed).hasSizeGreaterThan(12);
    List<Output> left =
        killed.stream()
            .map(copy -> new Output(copy.toString(), spark.sparkContext().hadoopConfiguration()))
            .toList();
    assertThat(steps(left)).hasSize(killed.size()).containsOnly(before.get("steps"));
    for (Output one : left) {
      new Leftovers(one).recover();
      assertThat(Path.of(one.root().toUri())).isDirectoryNotContaining("glob:**/_*");
    }
    assertThat(steps(left)).hasSize(killed.size()).containsOnly(before.get("steps"));
  }

  /** The rows of {@code steps} in each of the outputs, read all at once. */
  private static List<List<String>> steps(List<Output> outputs) {
    Output.createViews(spark, outputs);
    Map<String, List<String>> rows = new TreeMap<>();
    for (Row row : spark.table("steps").collectAsList()) {
      rows.computeIfAbsent(row.getAs("sweep"), unused -> new ArrayList<>())
          .add(
              IntStream.range(1, row.size())
                  .mapToObj(i -> String.valueOf(row.get(i)))
                  .collect(Collectors.joining(" ")));
    }
    rows.values().forEach(Collections::sort);
    return List.copyOf(rows.values());
  }

  @Test
  void aProcessThatIsKilledWhileTheNewFilesMoveLeavesTheSameRows() throws Exception {
    Process child =
        ChildJvm.start(
            temp.resolve("child.txt"), CompactionTest.class, temp.resolve("out").toString());
    assertThat(child.waitFor())
        .as(Files.readString(temp.resolve("child.txt")))
        .isEqualTo(CrashingFiles.KILLED);

    assertThat(temp.resolve("out/_steps-manifest")).exists();
    assertThat(temp.resolve("out/steps")).isDirectoryNotContaining("glob:**/trial_id=*");
    assertThat(views()).isEqualTo(before);
    goesOn();
  }

  /** Compacts an output and is killed while the first of its new files moves. */
  public static void main(String[] arguments) throws IOException {
    try (SparkSession session =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "1")
            .getOrCreate()) {
      Configuration crashing = session.sparkContext().hadoopConfiguration();
      CrashingFiles.killAt(crashing, "rename .*/steps/[^/]*.parquet");
      Compaction.run(session, new Output("crashing://" + arguments[0], crashing));
    }
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

  private static WrittenSweep sweep(Path folder, int trials) {
    WrittenSweep sweep = new WrittenSweep(spark, folder);
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
