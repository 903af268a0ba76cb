package dev.secant.analysis;

import dev.secant.job.Output;
import dev.secant.job.Schemas;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The derived tables of an output.
 *
 * @param summary the rows of {@code summary}
 * @param effects the rows of {@code effects}
 */
public record Analysis(List<Row> summary, List<Row> effects) {
  public Analysis {
    summary = List.copyOf(summary);
    effects = List.copyOf(effects);
  }

  /**
   * Makes sure that both are there and of the trials that are committed now, and computes them
   * where they are not. The views of the output are created, those of both tables too.
   *
   * @throws dev.secant.config.InputException where they cannot be written
   */
  public static void refresh(SparkSession spark, Output output) {
    output.createViews(spark);
    if (current(spark, output).isEmpty()) {
      compute(spark, output);
    }
  }

  /**
   * Both as they were last computed; empty where that was of other trials than are committed now.
   */
  public static Optional<Analysis> current(SparkSession spark, Output output) {
    Optional<List<Row>> summary = output.derived(spark, SummaryTable.TABLE.name());
    Optional<List<Row>> effects = output.derived(spark, Effect.TABLE.name());
    if (summary.isEmpty() || effects.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> statuses = new HashMap<>();
    summary.get().forEach(row -> statuses.put(row.getAs("trial_id"), row.getAs("status")));
    return statuses.equals(output.committed())
        ? Optional.of(new Analysis(summary.get(), effects.get()))
        : Optional.empty();
  }

  /**
   * Computes both from the committed trials, and writes them in the place of those that were there.
   * The views of the output are created, those of both tables too.
   *
   * @throws dev.secant.config.InputException where they cannot be written
   */
  public static Analysis compute(SparkSession spark, Output output) {
    output.createViews(spark);
    List<Row> summary =
        output.replace(spark, SummaryTable.TABLE.name(), SummaryTable.of(spark)).collectAsList();
    List<Row> effects = Effects.of(summary).stream().map(Effect::row).toList();
    return new Analysis(
        summary,
        output
            .replace(
                spark,
                Effect.TABLE.name(),
                spark.createDataFrame(effects, Schemas.of(Effect.TABLE)))
            .collectAsList());
  }
}
