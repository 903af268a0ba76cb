package dev.secant.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.secant.job.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The derived tables of sweeps whose numbers are made up, so that the answer is known. */
class AnalysisTest {
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

  // The summary of a path

  @Test
  void quantilesOfThePathAndItsThirds() {
    WrittenSweep sweep = sweep().trial(Map.of("steps", 101L));
    for (long t = 0; t <= 100; t++) {
      // Descending, so that the order of steps is not that of values.
      sweep.step(t, Map.of("gamma", (100.0 - t) / 100, "gamma_excess", (60.0 - t) / 100));
    }
    Row row = sweep.analyze().summary().get(0);

    for (int percent : List.of(1, 5, 25, 50, 75, 95, 99)) {
      assertThat(number(row, "gamma_p%02d".formatted(percent)))
          .isCloseTo(percent / 100.0, within(1e-15));
    }
    // Steps 0 to 33, 34 to 67, 68 to 100.
    assertThat(number(row, "gamma_early_p50")).isCloseTo(1 - 0.165, within(1e-15));
    assertThat(number(row, "gamma_middle_p50")).isCloseTo(1 - 0.505, within(1e-15));
    assertThat(number(row, "gamma_late_p50")).isCloseTo(1 - 0.84, within(1e-15));
    assertThat(number(row, "gamma_late_p99")).isCloseTo(0.3168, within(1e-15));
    assertThat(number(row, "gamma_iqr_over_median")).isCloseTo(1, within(1e-15));
    assertThat(number(row, "gamma_positive")).isEqualTo(100.0 / 101);
    assertThat(number(row, "gamma_excess_positive")).isEqualTo(60.0 / 101);
    assertThat(number(row, "gamma_excess_p50")).isCloseTo(0.1, within(1e-15));
    assertThat(row.<Long>getAs("measured_steps")).isEqualTo(101);
  }

  @Test
  void trendsOfALogarithmAndWhatWasLeftOut() {
    WrittenSweep sweep = sweep().trial(Map.of("steps", 6L));
    sweep.step(0, Map.of("rsi", Math.exp(1), "eb", 1.0));
    sweep.step(1, Map.of("rsi", Math.exp(3), "eb", Math.exp(-0.5)));
    sweep.step(2, Map.of("rsi", -1.0, "eb", Math.exp(-1.0)));
    sweep.step(3, Map.of("rsi", Math.exp(2), "eb", Math.exp(-1.5)));
    sweep.step(4, Map.of("rsi", 0.0, "eb", Math.exp(-2.0)));
    sweep.step(5, Map.of());
    Row row = sweep.analyze().summary().get(0);

    // x - 4/3 = -4/3, -1/3, 5/3; y - 2 = -1, 1, 0: sxx = 14/3, sxy = 1, syy = 2.
    assertThat(number(row, "log_rsi_slope")).isCloseTo(3.0 / 14, within(1e-14));
    assertThat(number(row, "log_rsi_slope_error"))
        .isCloseTo(Math.sqrt((2 - 3.0 / 14) / (14.0 / 3)), within(1e-14));
    assertThat(row.<Long>getAs("log_rsi_left_out")).isEqualTo(3);
    assertThat(number(row, "log_eb_slope")).isCloseTo(-0.5, within(1e-14));
    assertThat(number(row, "log_eb_slope_error")).isCloseTo(0, within(1e-7));
    assertThat(row.<Long>getAs("log_eb_left_out")).isEqualTo(1);
    assertThat(number(row, "mu")).isEqualTo(-1);
    assertThat(number(row, "l")).isEqualTo(1);
    assertThat(row.<Double>getAs("guaranteed_rate")).isNull();
  }

  @Test
  void ratesThatAreGuaranteedAndThatWereSeen() {
    WrittenSweep sweep = sweep().trial(Map.of("steps", 4L));
    sweep.step(0, Map.of("rsi", 0.5, "eb", 1.0, "distance", 8.0));
    sweep.step(1, Map.of("rsi", 0.3, "eb", 0.75, "distance", 100.0));
    sweep.step(2, Map.of("rsi", 0.6, "eb", 0.5, "distance", 2.0));
    sweep.step(3, Map.of("distance", 0.0));
    Row row = sweep.analyze().summary().get(0);

    assertThat(number(row, "guaranteed_rate")).isCloseTo(1 - 0.09, within(1e-15));
    // Quantiles 0.304 and 0.995.
    assertThat(number(row, "guaranteed_rate_p"))
        .isCloseTo(1 - Math.pow(0.304 / 0.995, 2), within(1e-14));
    // From 64 to 4 in two steps.
    assertThat(number(row, "observed_rate")).isCloseTo(0.25, within(1e-15));
  }

  @Test
  void prescribedLearningRateBesideTheOneUsed() {
    WrittenSweep sweep = sweep().trial(Map.of("steps", 4L));
    sweep.step(0, Map.of("prescribed_lr", 3.0, "learning_rate", 1.0));
    sweep.step(1, Map.of("prescribed_lr", 5.0, "learning_rate", 2.0));
    sweep.step(2, Map.of("prescribed_lr", 7.0, "learning_rate", 3.0));
    sweep.step(3, Map.of("learning_rate", 100.0));
    sweep.trial(Map.of("steps", 2L));
    sweep.step(0, Map.of("prescribed_lr", 3.0, "learning_rate", 0.5));
    sweep.step(1, Map.of("prescribed_lr", 5.0, "learning_rate", 0.5));
    List<Row> rows = sweep.analyze().summary();

    assertThat(number(rows.get(0), "prescribed_lr_correlation")).isCloseTo(1, within(1e-14));
    assertThat(number(rows.get(0), "prescribed_lr_ratio")).isEqualTo(2.5);
    assertThat(rows.get(1).<Double>getAs("prescribed_lr_correlation")).isNull();
    assertThat(number(rows.get(1), "prescribed_lr_ratio")).isEqualTo(8);
  }

  @Test
  void oneRowATrialAndReference() {
    WrittenSweep sweep = sweep().trial(Map.of("steps", 1L, "record_seconds", 2.0));
    sweep.step(0, Map.of("gamma", 0.25));
    sweep.step(0, Map.of("gamma", -0.5, "reference", "initial"));
    sweep.trial(Map.of("status", "failed", "seed", 1L));
    List<Row> rows = sweep.analyze().summary();

    assertThat(rows)
        .extracting(row -> row.<String>getAs("reference"), row -> row.<Double>getAs("gamma_p50"))
        .containsExactly(tuple("final", 0.25), tuple("initial", -0.5), tuple("final", null));
    assertThat(rows.get(2).<String>getAs("status")).isEqualTo("failed");
    assertThat(rows.get(2).<Long>getAs("measured_steps")).isZero();
  }

  // Sweeps of which there is little to say

  @Test
  void noTrialAtAll() throws Exception {
    Path empty = Files.createDirectories(temp.resolve("out"));
    Analysis analysis = Analysis.compute(spark, output(empty));

    assertThat(analysis.summary()).isEmpty();
    assertThat(analysis.effects()).isEmpty();
    assertThat(Digest.trials(analysis.summary(), id -> true)).contains("no trial");
    assertThat(Digest.effects(analysis.effects())).contains("no effects");
    assertThat(spark.sql("SELECT gamma_p50 FROM summary").collectAsList()).isEmpty();
    assertThat(spark.sql("SELECT p FROM effects").collectAsList()).isEmpty();
  }

  @Test
  void oneTrial() {
    Analysis analysis = sweep().trial(Map.of("steps", 1L)).step(0, Map.of("gamma", 0.5)).analyze();

    assertThat(analysis.summary()).hasSize(1);
    assertThat(analysis.effects()).isEmpty();
    assertThat(Digest.effects(analysis.effects())).contains("no effects");
  }

  @Test
  void effectsAreATableToo() {
    WrittenSweep sweep = sweep();
    for (long seed = 0; seed < 3; seed++) {
      sweep.trial(Map.of("batch_size", 1, "seed", seed, "steps", 1L));
      sweep.step(0, Map.of("gamma", 0.1 * seed));
      sweep.trial(Map.of("batch_size", 2, "seed", seed, "steps", 1L));
      sweep.step(0, Map.of("gamma", 0.1 * seed + 0.25));
    }
    Analysis analysis = sweep.analyze();

    Row contrast =
        spark
            .sql("SELECT * FROM effects WHERE kind = 'contrast' AND metric = 'gamma_p50'")
            .collectAsList()
            .get(0);
    assertThat(number(contrast, "estimate")).isCloseTo(0.25, within(1e-15));
    assertThat(contrast.<Integer>getAs("n")).isEqualTo(3);
    assertThat(Digest.effects(analysis.effects())).contains("gamma_p50", "batch_size");
  }

  @Test
  void everyTrialFailed() {
    WrittenSweep sweep = sweep();
    for (int batch : new int[] {1, 2}) {
      sweep.trial(Map.of("batch_size", batch, "status", "failed", "steps", 0L));
    }
    Analysis analysis = sweep.analyze();

    assertThat(analysis.summary()).hasSize(2);
    assertThat(analysis.effects()).isEmpty();
    assertThat(Digest.trials(analysis.summary(), id -> true)).contains("failed");
  }

  @Test
  void computedAgainFromWhatIsThereNow() {
    WrittenSweep sweep = sweep().trial(Map.of("seed", 1L));
    assertThat(sweep.analyze().summary()).hasSize(1);

    sweep.trial(Map.of("seed", 2L));

    assertThat(sweep.analyze().summary()).hasSize(2);
    assertThat(spark.sql("SELECT seed FROM summary ORDER BY seed").collectAsList())
        .extracting(row -> row.getLong(0))
        .containsExactly(1L, 2L);
    assertThat(temp.resolve("out"))
        .isDirectoryNotContaining(path -> path.getFileName().toString().startsWith("_"));
  }

  private WrittenSweep sweep() {
    return new WrittenSweep(spark, temp.resolve("out"));
  }

  private static Output output(Path folder) {
    return new Output(folder.toString(), spark.sparkContext().hadoopConfiguration());
  }

  private static double number(Row row, String column) {
    return row.<Double>getAs(column);
  }
}
