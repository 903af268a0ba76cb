package dev.secant.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The table that a run ends with: one line a trial, from the views. */
public final class RunSummary {
  private static final String QUERY =
      """
      select t.trial_id, t.architecture, t.dataset, t.batch_size, t.optimizer, t.learning_rate,
             t.seed, t.status, t.steps, t.final_train_loss, t.final_validation_score,
             s.positive, s.gamma, s.rsi, s.eb, t.replay_drift
      from trials t
      left join (
        select trial_id,
               avg(if(gamma > 0, 1.0, 0.0)) positive,
               median(gamma) gamma, median(rsi) rsi, median(eb) eb
        from steps where reference = 'final' group by trial_id) s
      on t.trial_id = s.trial_id
      order by t.dataset, t.architecture, t.batch_size, t.optimizer, t.learning_rate, t.seed,
               t.trial_id
      """;

  private static final List<String> HEADER =
      List.of(
          "trial",
          "architecture",
          "dataset",
          "batch",
          "optimizer",
          "lr",
          "seed",
          "status",
          "steps",
          "loss",
          "score",
          "gamma>0",
          "gamma",
          "RSI",
          "EB",
          "drift");

  private RunSummary() {}

  /**
   * @param ids the trials to show
   */
  public static String of(SparkSession spark, Set<String> ids) {
    TextTable table = new TextTable(HEADER);
    for (Row row : spark.sql(QUERY).collectAsList()) {
      if (ids.contains(row.getString(0))) {
        table.add(cells(row));
      }
    }
    return table.toString();
  }

  /** What went wrong where something did. */
  public static List<String> complaints(SparkSession spark, Set<String> ids) {
    return spark
        .sql(
            "select trial_id, status, error_category, error_message from trials"
                + " where status <> 'complete' order by trial_id")
        .collectAsList()
        .stream()
        .filter(row -> ids.contains(row.getString(0)))
        .map(
            row ->
                row.getString(0)
                    + " "
                    + row.getString(1)
                    + (row.isNullAt(2) ? "" : " (" + row.getString(2) + ")")
                    + ": "
                    + row.getString(3))
        .collect(Collectors.toList());
  }

  private static List<String> cells(Row row) {
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < row.length(); i++) {
      cells.add(row.isNullAt(i) ? "-" : cell(row.get(i)));
    }
    return cells;
  }

  private static String cell(Object value) {
    if (!(value instanceof Number number) || value instanceof Long || value instanceof Integer) {
      return value.toString();
    }
    double x = number.doubleValue();
    return String.format(
        Locale.ROOT, x == 0 || (Math.abs(x) >= 1e-3 && Math.abs(x) < 1e4) ? "%.4g" : "%.2e", x);
  }
}
