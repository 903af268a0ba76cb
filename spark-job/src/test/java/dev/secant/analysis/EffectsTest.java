package dev.secant.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.job.Schemas;
import dev.secant.table.Column;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.junit.jupiter.api.Test;

/** What effects says of summaries whose numbers are published or made up to have a known answer. */
class EffectsTest {
  /** Rows of {@code summary}, complete and of reference final unless a test says otherwise. */
  private static final class Summaries {
    private final List<Row> rows = new ArrayList<>();

    Summaries trial(Map<String, ?> values) {
      List<Object> row = new ArrayList<>();
      for (Column column : SummaryTable.TABLE.columns()) {
        Object value = values.get(column.name());
        row.add(value == null ? usual(column) : value);
      }
      rows.add(new GenericRowWithSchema(row.toArray(), Schemas.of(SummaryTable.TABLE)));
      return this;
    }

    private static Object usual(Column column) {
      return switch (column.name()) {
        case "status" -> "complete";
        case "reference" -> "final";
        default -> column.name().endsWith("_config") ? "{}" : null;
      };
    }

    List<Row> effects() {
      return Effects.of(rows).stream()
          .map(Effect::row)
          .<Row>map(
              row ->
                  new GenericRowWithSchema(
                      scala.jdk.javaapi.CollectionConverters.asJava(row.toSeq()).toArray(),
                      Schemas.of(Effect.TABLE)))
          .toList();
    }
  }

  /** Wool as batch size, tension as learning rate, looms as seeds; R's and statsmodels' numbers. */
  @Test
  void analysisOfVarianceOfAFullGrid() {
    List<Row> effects = warpbreaks(false).effects();

    Row wool = effect(effects, "main", "batch_size");
    assertThat(number(wool, "statistic")).isCloseTo(3.7652883, within(1e-7));
    assertThat(number(wool, "p")).isCloseTo(0.058213, within(1e-6));
    assertThat(wool.<Integer>getAs("n")).isEqualTo(54);
    assertThat(wool.<Integer>getAs("dropped")).isZero();
    assertThat(wool.<String>getAs("note")).isNull();
    assertThat(wool.<String>getAs("prefer")).isEqualTo("anova");
    assertThat(number(wool, "normality_p")).isCloseTo(0.8161929, within(1e-6));
    Row tension = effect(effects, "main", "learning_rate");
    assertThat(number(tension, "p")).isCloseTo(0.00069264, within(1e-7));
    // One of two main effects on the one metric that there is.
    assertThat(number(tension, "p_holm")).isCloseTo(2 * number(tension, "p"), within(1e-15));
    Row both = effect(effects, "interaction", "batch_size");
    assertThat(both.<String>getAs("other_factor")).isEqualTo("learning_rate");
    assertThat(number(both, "statistic")).isCloseTo(4.1890690, within(1e-7));
  }

  @Test
  void meansWithIntervalsOverTrialsAndSeeds() {
    List<Row> effects = warpbreaks(false).effects();

    Row level =
        effects.stream()
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
    List<Row> effects = warpbreaks(false).effects();

    Row contrast = effect(effects, "contrast", "batch_size");
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
    List<Row> effects = warpbreaks(true).effects();

    Row wool = effect(effects, "main", "batch_size");
    assertThat(number(wool, "statistic")).isCloseTo(8.378537320834, within(1e-11));
    assertThat(number(wool, "p")).isCloseTo(0.006121815186643675, within(1e-12));
    assertThat(wool.<Integer>getAs("n")).isEqualTo(46);
    assertThat(wool.<Integer>getAs("dropped")).isEqualTo(8);
    assertThat(wool.<String>getAs("note"))
        .contains("unbalanced: 5 to 9 trials a cell", "dropped: 8 not complete");
    Row contrast = effect(effects, "contrast", "batch_size");
    assertThat(contrast.<Integer>getAs("n")).isEqualTo(19);
    assertThat(contrast.<Integer>getAs("dropped")).isEqualTo(54 - 2 * 19);
  }

  @Test
  void factorsThatChangeTogetherAreNotToldApart() {
    Summaries sweep = new Summaries();
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
    List<Row> effects = sweep.effects();

    Row batch = effect(effects, "main", "batch_size");
    assertThat(batch.<String>getAs("note"))
        .isEqualTo("with learning_rate, which changes together with it");
    assertThat(number(batch, "statistic")).isGreaterThan(1000);
    Row rate = effect(effects, "main", "learning_rate");
    assertThat(rate.<String>getAs("note")).startsWith("aliased with batch_size");
    assertThat(rate.<Double>getAs("p")).isNull();
    Row contrast = effect(effects, "contrast", "batch_size");
    assertThat(contrast.<Integer>getAs("n")).isEqualTo(4);
    assertThat(number(contrast, "estimate")).isCloseTo(48, within(1e-12));
    assertThat(contrast.<String>getAs("note")).contains("all differences are equal");
  }

  @Test
  void theLearningRateIsAFactorApartFromTheOptimizersOtherSettings() {
    Summaries sweep = new Summaries();
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
    List<Row> effects = sweep.effects();

    Row optimizer = effect(effects, "contrast", "optimizer");
    assertThat(optimizer.<String>getAs("level")).isEqualTo("momentum {\"momentum\":0.5}");
    assertThat(optimizer.<Integer>getAs("n")).isEqualTo(2);
    assertThat(number(optimizer, "estimate")).isCloseTo(0.4, within(1e-14));
  }

  @Test
  void oneSeedLeavesNoErrorToTestAgainst() {
    Summaries sweep = new Summaries();
    for (int batch : new int[] {1, 2}) {
      for (double rate : new double[] {0.1, 0.2}) {
        sweep.trial(
            Map.of("batch_size", batch, "learning_rate", rate, "final_train_loss", batch * rate));
      }
    }
    List<Row> effects = sweep.effects();

    Row batch = effect(effects, "main", "batch_size");
    assertThat(batch.<Integer>getAs("df_error")).isEqualTo(1);
    assertThat(batch.<String>getAs("note"))
        .contains("too few replicates: interactions are part of the residual");
    assertThat(effect(effects, "contrast", "batch_size").<Integer>getAs("n")).isEqualTo(2);
  }

  @Test
  void twoTrialsHaveMeansButNoTest() {
    List<Row> effects =
        new Summaries()
            .trial(Map.of("batch_size", 1, "final_train_loss", 1.0))
            .trial(Map.of("batch_size", 2, "final_train_loss", 3.0))
            .effects();

    Row main = effect(effects, "main", "batch_size");
    assertThat(main.<Double>getAs("p")).isNull();
    assertThat(number(main, "eta_squared")).isCloseTo(1, within(1e-14));
    assertThat(main.<String>getAs("note")).contains("no residual: no test");
    assertThat(effect(effects, "contrast", "batch_size").<String>getAs("note"))
        .isEqualTo("one pair: no test");
    assertThat(Digest.effects(effects)).contains("final_train_loss");
  }

  @Test
  void valuesThatAreAllEqualAreNoEffect() {
    Summaries sweep = new Summaries();
    for (int i = 0; i < 8; i++) {
      sweep.trial(Map.of("batch_size", i % 2, "seed", (long) i / 2, "final_train_loss", 0.1));
    }
    Row main = effect(sweep.effects(), "main", "batch_size");

    assertThat(main.<Double>getAs("p")).isNull();
    assertThat(main.<String>getAs("note")).isEqualTo("all values are equal");
  }

  private Summaries warpbreaks(boolean partly) {
    Summaries sweep = new Summaries();
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

  /** The first row of that kind on the final training loss. */
  private static Row effect(List<Row> effects, String kind, String factor) {
    return effects.stream()
        .filter(row -> row.getAs("metric").equals("final_train_loss"))
        .filter(row -> row.getAs("kind").equals(kind) && row.getAs("factor").equals(factor))
        .findFirst()
        .orElseThrow();
  }

  private static double number(Row row, String column) {
    return row.<Double>getAs(column);
  }
}
