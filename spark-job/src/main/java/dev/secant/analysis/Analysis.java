package dev.secant.analysis;

import dev.secant.job.Output;
import dev.secant.job.Schemas;
import java.util.List;
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
