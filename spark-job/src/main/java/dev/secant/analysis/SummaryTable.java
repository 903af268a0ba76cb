package dev.secant.analysis;

import static dev.secant.table.ColumnType.DOUBLE;
import static dev.secant.table.ColumnType.LONG;
import static dev.secant.table.ColumnType.TEXT;

import dev.secant.job.Schemas;
import dev.secant.table.Column;
import dev.secant.table.ColumnType;
import dev.secant.table.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * The table {@code summary}: one row a trial and reference, computed from the views of {@code
 * trials} and {@code steps}. A trial without steps has one row, whose measures are null.
 */
final class SummaryTable {
  private static final List<String> QUANTITIES = List.of("rsi", "eb", "gamma");
  private static final List<String> PARTS = List.of("whole", "early", "middle", "late");
  private static final List<Integer> PERCENTS = List.of(1, 5, 25, 50, 75, 95, 99);
  private static final String QUANTILES =
      PERCENTS.stream()
          .map(percent -> percent / 100.0 + "D")
          .collect(Collectors.joining(", ", "array(", ")"));

  /**
   * A column and the SQL that computes it from {@link #aggregates()}, whose columns are {@code
   * a.*}, and from the trial {@code t}.
   */
  private record Computed(Column column, String sql) {
    Computed(String name, ColumnType type, String sql, String comment) {
      this(new Column(name, type, true, comment), sql);
    }
  }

  private static final List<Computed> COLUMNS = columns();

  static final Table TABLE = new Table("summary", COLUMNS.stream().map(Computed::column).toList());

  private SummaryTable() {}

  /** Computes it; the views of the output must be there. */
  static Dataset<Row> of(SparkSession spark) {
    String select =
        COLUMNS.stream()
            .map(computed -> computed.sql() + " AS `" + computed.column().name() + "`")
            .collect(Collectors.joining(",\n  "));
    Dataset<Row> rows =
        spark.sql(
            """
            WITH placed AS (
              SELECT s.*,
                CASE WHEN 3 * s.step < t.steps THEN 'early'
                     WHEN 3 * s.step < 2 * t.steps THEN 'middle'
                     ELSE 'late' END AS part
              FROM steps s JOIN trials t ON s.trial_id = t.trial_id
            ), aggregated AS (
              SELECT trial_id, reference,
              %s
              FROM placed GROUP BY trial_id, reference
            )
            SELECT
              %s
            FROM trials t LEFT JOIN aggregated a ON t.trial_id = a.trial_id
            """
                .formatted(aggregates(), select));
    StructType schema = Schemas.of(TABLE);
    return rows.select(
            Stream.of(schema.fields())
                .map(
                    field ->
                        functions
                            .col(field.name())
                            .cast(field.dataType())
                            .as(field.name(), field.metadata()))
                .toArray(org.apache.spark.sql.Column[]::new))
        .repartition(1)
        .sortWithinPartitions("trial_id", "reference");
  }

  private static String aggregates() {
    List<String> sql = new ArrayList<>();
    for (String quantity : QUANTITIES) {
      for (String part : PARTS) {
        String where = part.equals("whole") ? "" : " FILTER (WHERE part = '" + part + "')";
        sql.add(
            "percentile(%s, %s)%s AS %s_%s".formatted(quantity, QUANTILES, where, quantity, part));
      }
    }
    sql.add("count(*) AS measured");
    for (String quantity : List.of("gamma", "gamma_excess")) {
      sql.add("count_if(%1$s > 0) / nullif(count(%1$s), 0) AS %1$s_positive".formatted(quantity));
    }
    sql.add("percentile(gamma_excess, 0.5D) AS gamma_excess_p50");
    sql.add("min(rsi) AS mu");
    sql.add("max(eb) AS l");
    for (String quantity : List.of("rsi", "eb")) {
      // Of the pairs of which both are there; ln of what is not positive is null.
      String pair =
          "(CASE WHEN %1$s > 0 THEN ln(%1$s) END, CAST(step AS DOUBLE))".formatted(quantity);
      for (String moment : List.of("count", "sxx", "syy", "sxy")) {
        sql.add("regr_%s%s AS %s_%s".formatted(moment, pair, quantity, moment));
      }
    }
    sql.add("min_by(step, step) FILTER (WHERE distance > 0) AS first_step");
    sql.add("max_by(step, step) FILTER (WHERE distance > 0) AS last_step");
    sql.add("min_by(distance, step) FILTER (WHERE distance > 0) AS first_distance");
    sql.add("max_by(distance, step) FILTER (WHERE distance > 0) AS last_distance");
    for (String moment : List.of("sxx", "syy", "sxy")) {
      sql.add("regr_%s(prescribed_lr, learning_rate) AS lr_%s".formatted(moment, moment));
    }
    sql.add("percentile(prescribed_lr / nullif(learning_rate, 0D), 0.5D) AS prescribed_lr_ratio");
    return String.join(",\n  ", sql);
  }

  private static List<Computed> columns() {
    List<Computed> columns = new ArrayList<>();
    columns.add(ofTrial("trial_id"));
    TrialColumns.factors().forEach(factor -> columns.add(ofTrial(factor.name())));
    columns.add(ofTrial("parameters"));
    columns.add(ofTrial("steps"));
    columns.add(ofTrial("status"));
    columns.add(
        new Computed("reference", TEXT, "coalesce(a.reference, 'final')", "which w*, as in steps"));
    columns.add(new Computed("measured_steps", LONG, "coalesce(a.measured, 0)", "rows of steps"));
    columns.add(
        new Computed(
            "gamma_positive", DOUBLE, "a.gamma_positive", "share of steps with gamma > 0"));
    columns.add(
        new Computed(
            "gamma_excess_positive",
            DOUBLE,
            "a.gamma_excess_positive",
            "share of steps with gamma > gamma_null"));
    columns.add(
        new Computed("gamma_excess_p50", DOUBLE, "a.gamma_excess_p50", "median of gamma_excess"));
    quantiles(columns);
    stability(columns);
    bounds(columns);
    prescription(columns);
    for (String name :
        List.of(
            "final_train_loss",
            "final_validation_loss",
            "final_validation_score",
            "replay_drift",
            "record_seconds",
            "replay_seconds")) {
      columns.add(ofTrial(name));
    }
    columns.add(
        new Computed(
            "ms_per_step",
            DOUBLE,
            "1000D * (t.record_seconds + t.replay_seconds) / nullif(t.steps, 0)",
            "milliseconds a step, of both passes together"));
    return List.copyOf(columns);
  }

  private static void quantiles(List<Computed> columns) {
    for (String quantity : QUANTITIES) {
      for (String part : PARTS) {
        String where = part.equals("whole") ? "" : "_" + part;
        for (int i = 0; i < PERCENTS.size(); i++) {
          columns.add(
              new Computed(
                  String.format(Locale.ROOT, "%s%s_p%02d", quantity, where, PERCENTS.get(i)),
                  DOUBLE,
                  "a.%s_%s[%d]".formatted(quantity, part, i),
                  "%d %% quantile of %s over %s, interpolated"
                      .formatted(
                          PERCENTS.get(i),
                          quantity,
                          part.equals("whole") ? "all steps" : "the " + part + " third")));
        }
      }
    }
  }

  private static void stability(List<Computed> columns) {
    for (String quantity : QUANTITIES) {
      columns.add(
          new Computed(
              quantity + "_iqr_over_median",
              DOUBLE,
              "(a.%1$s_whole[4] - a.%1$s_whole[2]) / nullif(a.%1$s_whole[3], 0D)"
                  .formatted(quantity),
              "interquartile range of %s over its median".formatted(quantity)));
    }
    for (String quantity : List.of("rsi", "eb")) {
      columns.add(
          new Computed(
              "log_" + quantity + "_slope",
              DOUBLE,
              "a.%1$s_sxy / nullif(a.%1$s_sxx, 0D)".formatted(quantity),
              "least-squares slope of ln %s a step, over steps where it is positive"
                  .formatted(quantity)));
      columns.add(
          new Computed(
              "log_" + quantity + "_slope_error",
              DOUBLE,
              """
              CASE WHEN a.%1$s_count > 2 THEN sqrt(greatest(0D,
                a.%1$s_syy - a.%1$s_sxy * a.%1$s_sxy / nullif(a.%1$s_sxx, 0D))
                / (a.%1$s_count - 2) / nullif(a.%1$s_sxx, 0D)) END"""
                  .formatted(quantity),
              "standard error of that slope, as if the residuals were independent"));
      columns.add(
          new Computed(
              "log_" + quantity + "_left_out",
              LONG,
              "a.measured - a.%s_count".formatted(quantity),
              "steps left out of that slope: %s not positive or not defined".formatted(quantity)));
    }
  }

  private static void bounds(List<Computed> columns) {
    columns.add(new Computed("mu", DOUBLE, "a.mu", "smallest rsi"));
    columns.add(new Computed("l", DOUBLE, "a.l", "largest eb"));
    columns.add(
        new Computed(
            "guaranteed_rate",
            DOUBLE,
            "CASE WHEN a.mu > 0 THEN 1D - (a.mu / a.l) * (a.mu / a.l) END",
            "1 - (mu/l)^2: what a gradient step can be sure to leave of distance^2;"
                + " null where mu <= 0"));
    columns.add(new Computed("mu_p01", DOUBLE, "a.rsi_whole[0]", "1 % quantile of rsi"));
    columns.add(new Computed("l_p99", DOUBLE, "a.eb_whole[6]", "99 % quantile of eb"));
    columns.add(
        new Computed(
            "guaranteed_rate_p",
            DOUBLE,
            "CASE WHEN a.rsi_whole[0] > 0 THEN 1D - (a.rsi_whole[0] / a.eb_whole[6])"
                + " * (a.rsi_whole[0] / a.eb_whole[6]) END",
            "1 - (mu_p01/l_p99)^2; null where mu_p01 <= 0"));
    columns.add(
        new Computed(
            "observed_rate",
            DOUBLE,
            "exp(2D * (ln(a.last_distance) - ln(a.first_distance))"
                + " / nullif(a.last_step - a.first_step, 0))",
            "what a step left of distance^2: (d_b^2 / d_a^2)^(1 / (b - a)), a and b the first and"
                + " last step with a distance > 0"));
  }

  private static void prescription(List<Computed> columns) {
    columns.add(
        new Computed(
            "prescribed_lr_correlation",
            DOUBLE,
            "a.lr_sxy / nullif(sqrt(a.lr_sxx) * sqrt(a.lr_syy), 0D)",
            "Pearson correlation of prescribed_lr with learning_rate; null where one is constant"));
    columns.add(
        new Computed(
            "prescribed_lr_ratio",
            DOUBLE,
            "a.prescribed_lr_ratio",
            "median of prescribed_lr / learning_rate"));
  }

  private static Computed ofTrial(String name) {
    return new Computed(TrialColumns.named(name), "t." + name);
  }
}
