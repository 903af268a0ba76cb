package dev.secant.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.secant.job.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
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
            .config("spark.sql.shuffle.partitions", "2")
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

  // The effects of factors

  /** Wool as batch size, tension as learning rate, looms as seeds; R's and statsmodels' numbers. */
  @Test
  void analysisOfVarianceOfAFullGrid() {
    Analysis analysis = warpbreaks(false).analyze();

    Row wool = effect(analysis, "main", "batch_size");
    assertThat(number(wool, "statistic")).isCloseTo(3.7652883, within(1e-7));
    assertThat(number(wool, "p")).isCloseTo(0.058213, within(1e-6));
    assertThat(wool.<Integer>getAs("n")).isEqualTo(54);
    assertThat(wool.<Integer>getAs("dropped")).isZero();
    assertThat(wool.<String>getAs("note")).isNull();
    assertThat(wool.<String>getAs("prefer")).isEqualTo("anova");
    assertThat(number(wool, "normality_p")).isCloseTo(0.8161929, within(1e-6));
    Row tension = effect(analysis, "main", "learning_rate");
    assertThat(number(tension, "p")).isCloseTo(0.00069264, within(1e-7));
    // One of two main effects on the one metric that there is.
    assertThat(number(tension, "p_holm")).isCloseTo(2 * number(tension, "p"), within(1e-15));
    Row both = effect(analysis, "interaction", "batch_size");
    assertThat(both.<String>getAs("other_factor")).isEqualTo("learning_rate");
    assertThat(number(both, "statistic")).isCloseTo(4.1890690, within(1e-7));
  }

  @Test
  void meansWithIntervalsOverTrialsAndSeeds() {
    Analysis analysis = warpbreaks(false).analyze();

    Row level =
        analysis.effects().stream()
            .filter(row -> row.getAs("kind").equals("level"))
            .filter(row -> row.getAs("factor").equals("batch_size"))
            .filter(row -> row.getAs("level").equals("2"))
            .filter(row -> row.getAs("other_level") != null)
            .filter(row -> row.getAs("other_level").equals("0.3"))
            .findFirst()
            .orElseThrow();
    // t.test(c(20, 21, 24, 17, 13, 15, 15, 16, 28)) in R.
    assertThat(number(level, "estimate")).isCloseTo(169.0 / 9, within(1e-13));
    assertThat(number(level, "ci_low")).isCloseTo(15.01644975526979, within(1e-11));
    assertThat(number(level, "ci_high")).isCloseTo(22.539105800285768, within(1e-11));
    assertThat(level.<Integer>getAs("seeds")).isEqualTo(9);
    assertThat(number(level, "seed_ci_low")).isCloseTo(15.01644975526979, within(1e-11));
  }

  @Test
  void pairsThatDifferInOneFactorAlone() {
    Analysis analysis = warpbreaks(false).analyze();

    Row contrast = effect(analysis, "contrast", "batch_size");
    assertThat(contrast.<String>getAs("level")).isEqualTo("1");
    assertThat(contrast.<String>getAs("other_level")).isEqualTo("2");
    // scipy.stats.ttest_rel and wilcoxon over the 27 pairs.
    assertThat(contrast.<Integer>getAs("n")).isEqualTo(27);
    assertThat(number(contrast, "estimate")).isCloseTo(-156.0 / 27, within(1e-13));
    assertThat(number(contrast, "statistic")).isCloseTo(-1.9955768467786739, within(1e-12));
    assertThat(number(contrast, "p")).isCloseTo(0.056556615564280016, within(1e-12));
    assertThat(number(contrast, "rank_statistic")).isEqualTo(91.0);
  }

  @Test
  void trialsThatFailedAreDroppedAndItIsSaid() {
    Analysis analysis = warpbreaks(true).analyze();

    Row wool = effect(analysis, "main", "batch_size");
    assertThat(number(wool, "statistic")).isCloseTo(8.378537320834, within(1e-11));
    assertThat(number(wool, "p")).isCloseTo(0.006121815186643675, within(1e-12));
    assertThat(wool.<Integer>getAs("n")).isEqualTo(46);
    assertThat(wool.<Integer>getAs("dropped")).isEqualTo(8);
    assertThat(wool.<String>getAs("note"))
        .contains("unbalanced: 5 to 9 trials a cell", "dropped: 8 not complete");
    Row contrast = effect(analysis, "contrast", "batch_size");
    assertThat(contrast.<Integer>getAs("n")).isEqualTo(19);
    assertThat(contrast.<Integer>getAs("dropped")).isEqualTo(54 - 2 * 19);
  }

  @Test
  void factorsThatChangeTogetherAreNotToldApart() {
    WrittenSweep sweep = sweep();
    for (int batch : new int[] {16, 64}) {
      for (long seed = 0; seed < 4; seed++) {
        sweep.trial(
            Map.of(
                "batch_size",
                batch,
                "learning_rate",
                0.01 * Math.sqrt(batch),
                "seed",
                seed,
                "final_train_loss",
                batch + 0.1 * seed * seed));
      }
    }
    Analysis analysis = sweep.analyze();

    Row batch = effect(analysis, "main", "batch_size");
    assertThat(batch.<String>getAs("note"))
        .isEqualTo("with learning_rate, which changes together with it");
    assertThat(number(batch, "statistic")).isGreaterThan(1000);
    Row rate = effect(analysis, "main", "learning_rate");
    assertThat(rate.<String>getAs("note")).startsWith("aliased with batch_size");
    assertThat(rate.<Double>getAs("p")).isNull();
    Row contrast = effect(analysis, "contrast", "batch_size");
    assertThat(contrast.<Integer>getAs("n")).isEqualTo(4);
    assertThat(number(contrast, "estimate")).isCloseTo(48, within(1e-12));
    assertThat(contrast.<String>getAs("note")).contains("all differences are equal");
  }

  @Test
  void theLearningRateIsAFactorApartFromTheOptimizersOtherSettings() {
    WrittenSweep sweep = sweep();
    for (double momentum : new double[] {0.5, 0.9}) {
      for (double rate : new double[] {0.1, 0.2}) {
        sweep.trial(
            Map.of(
                "optimizer",
                "momentum",
                "optimizer_config",
                "{\"lr\":" + rate + ",\"momentum\":" + momentum + "}",
                "learning_rate",
                rate,
                "final_train_loss",
                momentum + rate));
      }
    }
    Analysis analysis = sweep.analyze();

    Row optimizer = effect(analysis, "contrast", "optimizer");
    assertThat(optimizer.<String>getAs("level")).isEqualTo("momentum {\"momentum\":0.5}");
    assertThat(optimizer.<Integer>getAs("n")).isEqualTo(2);
    assertThat(number(optimizer, "estimate")).isCloseTo(0.4, within(1e-14));
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
  void oneSeedLeavesNoErrorToTestAgainst() {
    WrittenSweep sweep = sweep();
    for (int batch : new int[] {1, 2}) {
      for (double rate : new double[] {0.1, 0.2}) {
        sweep.trial(
            Map.of("batch_size", batch, "learning_rate", rate, "final_train_loss", batch * rate));
      }
    }
    Analysis analysis = sweep.analyze();

    Row batch = effect(analysis, "main", "batch_size");
    assertThat(batch.<Integer>getAs("df_error")).isEqualTo(1);
    assertThat(batch.<String>getAs("note"))
        .contains("too few replicates: interactions are part of the residual");
    assertThat(effect(analysis, "contrast", "batch_size").<Integer>getAs("n")).isEqualTo(2);
  }

  @Test
  void twoTrialsHaveMeansButNoTest() {
    Analysis analysis =
        sweep()
            .trial(Map.of("batch_size", 1, "final_train_loss", 1.0))
            .trial(Map.of("batch_size", 2, "final_train_loss", 3.0))
            .analyze();

    Row main = effect(analysis, "main", "batch_size");
    assertThat(main.<Double>getAs("p")).isNull();
    assertThat(number(main, "eta_squared")).isCloseTo(1, within(1e-14));
    assertThat(main.<String>getAs("note")).contains("no residual: no test");
    assertThat(effect(analysis, "contrast", "batch_size").<String>getAs("note"))
        .isEqualTo("one pair: no test");
    assertThat(Digest.effects(analysis.effects())).contains("final_train_loss");
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
  void valuesThatAreAllEqualAreNoEffect() {
    WrittenSweep sweep = sweep();
    for (int i = 0; i < 8; i++) {
      sweep.trial(Map.of("batch_size", i % 2, "seed", (long) i / 2, "final_train_loss", 0.1));
    }
    Row main = effect(sweep.analyze(), "main", "batch_size");

    assertThat(main.<Double>getAs("p")).isNull();
    assertThat(main.<String>getAs("note")).isEqualTo("all values are equal");
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

  private WrittenSweep warpbreaks(boolean partly) {
    WrittenSweep sweep = sweep();
    for (int i = 0; i < Warpbreaks.BREAKS.length; i++) {
      Map<String, Object> values = new HashMap<>();
      values.put("batch_size", 1 + Warpbreaks.WOOL.levelOf().get(i));
      values.put("learning_rate", (1 + Warpbreaks.TENSION.levelOf().get(i)) / 10.0);
      values.put("seed", (long) i % 9);
      if (partly && Warpbreaks.LEFT_OUT.contains(i)) {
        values.put("status", "failed");
      } else {
        values.put("final_train_loss", Warpbreaks.BREAKS[i]);
      }
      sweep.trial(values);
    }
    return sweep;
  }

  private WrittenSweep sweep() {
    return new WrittenSweep(spark, temp.resolve("out"));
  }

  private static Output output(Path folder) {
    return new Output(folder.toString(), spark.sparkContext().hadoopConfiguration());
  }

  /** The first row of that kind on the final training loss. */
  private static Row effect(Analysis analysis, String kind, String factor) {
    return analysis.effects().stream()
        .filter(row -> row.getAs("metric").equals("final_train_loss"))
        .filter(row -> row.getAs("kind").equals(kind) && row.getAs("factor").equals(factor))
        .findFirst()
        .orElseThrow();
  }

  private static double number(Row row, String column) {
    return row.<Double>getAs(column);
  }
}
