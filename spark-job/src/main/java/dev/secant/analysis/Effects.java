package dev.secant.analysis;

import dev.secant.analysis.Effect.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;

/**
 * The table {@code effects}: what each factor does to each metric, over the complete trials of one
 * reference. Trials that differ in their seeds alone are replicates.
 */
final class Effects {
  /** The columns of {@code summary} that are compared. */
  static final List<String> METRICS =
      List.of(
          "gamma_p50",
          "gamma_excess_p50",
          "rsi_p50",
          "eb_p50",
          "final_train_loss",
          "final_validation_loss",
          "final_validation_score",
          "gamma_positive",
          "gamma_excess_positive",
          "mu",
          "l",
          "guaranteed_rate_p",
          "observed_rate",
          "rsi_iqr_over_median",
          "eb_iqr_over_median",
          "log_rsi_slope",
          "log_eb_slope",
          "prescribed_lr_ratio",
          "ms_per_step");

  private final List<Row> rows;
  private final Sample.Trials trials;
  private final Map<List<Integer>, Sample.Model> models = new HashMap<>();

  private Effects(List<Row> rows) {
    this.rows = rows;
    this.trials = new Sample.Trials(Factor.of(rows), Factor.replicate(rows));
  }

  /** Of the rows of {@code summary}; none where no factor varies or no trial is complete. */
  static List<Effect> of(List<Row> summary) {
    Map<String, List<Row>> references =
        summary.stream()
            .collect(
                Collectors.groupingBy(
                    row -> row.<String>getAs("reference"), TreeMap::new, Collectors.toList()));
    List<Effect> effects = new ArrayList<>();
    references.forEach(
        (reference, rows) ->
            new Effects(rows)
                .compute()
                .forEach(effect -> effects.add(effect.with("reference", reference))));
    return effects;
  }

  private List<Effect> compute() {
    List<Effect> effects = new ArrayList<>();
    for (String metric : METRICS) {
      Sample sample = sample(metric);
      if (sample.size() > 0) {
        List<Effect> own = new ArrayList<>(LevelMeans.of(sample));
        own.addAll(FactorTests.of(sample));
        own.addAll(Contrasts.of(sample));
        own.forEach(effect -> effects.add(effect.with("metric", metric)));
      }
    }
    for (Kind kind : Kind.values()) {
      correct(effects, kind, "p");
      correct(effects, kind, "rank_p");
    }
    return effects;
  }

  private Sample sample(String metric) {
    List<Integer> used = new ArrayList<>();
    int incomplete = 0;
    for (int i = 0; i < rows.size(); i++) {
      if (!rows.get(i).getAs("status").equals("complete")) {
        incomplete++;
      } else if (rows.get(i).getAs(metric) != null) {
        used.add(i);
      }
    }
    int without = rows.size() - used.size() - incomplete;
    return new Sample(
        used.stream().mapToDouble(i -> rows.get(i).<Double>getAs(metric)).toArray(),
        models.computeIfAbsent(used, unused -> Sample.Model.of(trials.at(used))),
        trials,
        Sample.said(
            incomplete > 0 ? "dropped: " + incomplete + " not complete" : "",
            without > 0 ? "dropped: " + without + " without a value" : ""));
  }

  private static void correct(List<Effect> effects, Kind kind, String column) {
    List<Integer> family =
        IntStream.range(0, effects.size())
            .filter(i -> effects.get(i).kind() == kind)
            .boxed()
            .toList();
    double[] corrected =
        Holm.corrected(family.stream().mapToDouble(i -> effects.get(i).number(column)).toArray());
    for (int i = 0; i < corrected.length; i++) {
      int row = family.get(i);
      effects.set(row, effects.get(row).with(column + "_holm", corrected[i]));
    }
  }
}
