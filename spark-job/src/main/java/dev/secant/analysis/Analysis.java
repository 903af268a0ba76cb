package dev.secant.analysis;

import dev.secant.job.Output;
import dev.secant.job.Schemas;
import java.util.List;
import org.apache.spark.sql.Dataset;
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
   * The views of the output are created anew.
   *
   * @throws dev.secant.config.InputException where they cannot be written
   */
  public static Analysis compute(SparkSession spark, Output output) {
    output.createViews(spark);
    output.replace(SummaryTable.TABLE.name(), SummaryTable.of(spark));
    output.createViews(spark);
    List<Row> summary = spark.table(SummaryTable.TABLE.name()).collectAsList();
    Dataset<Row> effects =
        spark.createDataFrame(
            Effects.of(summary).stream().map(Effect::row).toList(), Schemas.of(Effect.TABLE));
    output.replace(Effect.TABLE.name(), effects);
    output.createViews(spark);
    return new Analysis(summary, effects.collectAsList());
  }
}
