package dev.secant.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;

/** What of the derived tables is printed for people. */
public final class Digest {
  private static final String REFERENCE = "final";
  private static final int MOST_EFFECTS = 12;

  private Digest() {}

  /**
   * One line a trial: what was run, how well it did, and the geometry of its path.
   *
   * @param summary rows of {@code summary}
   * @param which of the trials, by id
   */
  public static String trials(List<Row> summary, Predicate<String> which) {
    List<Row> rows =
        summary.stream()
            .filter(row -> row.getAs("reference").equals(REFERENCE))
            .filter(row -> which.test(row.getAs("trial_id")))
            .sorted(
                Comparator.comparing((Row row) -> row.<String>getAs("dataset"))
                    .thenComparing(row -> row.<String>getAs("architecture"))
                    .thenComparing(row -> row.<Integer>getAs("batch_size"))
                    .thenComparing(row -> row.<String>getAs("optimizer"))
                    .thenComparing(row -> row.<Double>getAs("learning_rate"))
                    .thenComparing(row -> row.<Long>getAs("seed"))
                    .thenComparing(row -> row.<String>getAs("trial_id")))
            .toList();
    if (rows.isEmpty()) {
      return "no trial has come to its end yet\n";
    }
    TextTable table =
        new TextTable(
            List.of(
                "trial_id",
                "architecture",
                "dataset",
                "batch",
                "optimizer",
                "lr",
                "seed",
                "status",
                "loss",
                "score",
                "gamma>0",
                "gamma",
                "rsi",
                "eb"));
    for (Row row : rows) {
      Object validation = row.getAs("final_validation_loss");
      List<Object> values = new ArrayList<>();
      Stream.of(
              "trial_id",
              "architecture",
              "dataset",
              "batch_size",
              "optimizer",
              "learning_rate",
              "seed",
              "status")
          .forEach(column -> values.add(row.getAs(column)));
      values.add(validation != null ? validation : row.getAs("final_train_loss"));
      Stream.of("final_validation_score", "gamma_positive", "gamma_p50", "rsi_p50", "eb_p50")
          .forEach(column -> values.add(row.getAs(column)));
      table.add(values);
    }
    return table.aligned()
        + "\nloss, score: validation, at the end; gamma, rsi, eb: medians over the steps\n";
  }

  /**
   * The factors and interactions that matter most, by their share of a metric's variation.
   *
   * @param effects rows of {@code effects}
   */
  public static String effects(List<Row> effects) {
    if (effects.isEmpty()) {
      return "no effects: they need complete trials that differ in more than their seeds\n";
    }
    List<Row> tests =
        effects.stream()
            .filter(row -> row.getAs("reference").equals(REFERENCE))
            .filter(row -> List.of("main", "interaction").contains(row.<String>getAs("kind")))
            .toList();
    List<Row> told = tests.stream().filter(row -> row.getAs("eta_squared") != null).toList();
    List<Row> largest =
        told.stream()
            .sorted(
                Comparator.comparingDouble((Row row) -> row.<Double>getAs("eta_squared"))
                    .reversed())
            .limit(MOST_EFFECTS)
            .toList();
    TextTable table =
        new TextTable(
            List.of("metric", "factor", "n", "eta^2", "partial", "F", "p", "p_holm", "prefer"));
    for (Row row : largest) {
      String other = row.getAs("other_factor");
      List<Object> values = new ArrayList<>();
      values.add(row.getAs("metric"));
      values.add(row.<String>getAs("factor") + (other == null ? "" : " x " + other));
      Stream.of("n", "eta_squared", "partial_eta_squared", "statistic", "p", "p_holm", "prefer")
          .forEach(column -> values.add(row.getAs(column)));
      table.add(values);
    }
    StringBuilder text = new StringBuilder();
    text.append(largest.size()).append(" largest of ").append(told.size()).append(" effects\n\n");
    text.append(table.aligned());
    text.append(
        """

        eta^2: share of the metric's variation; p_holm: p corrected for the number of tests;
        prefer: anova, or rank where its residuals are not normal
        """);
    String first = tests.get(0).getAs("metric");
    for (Row row : tests) {
      if (row.getAs("metric").equals(first)
          && row.getAs("kind").equals("main")
          && row.getAs("note") != null) {
        text.append(row.<String>getAs("factor") + ": " + row.<String>getAs("note") + "\n");
      }
    }
    return text.toString();
  }
}
