package dev.secant.analysis;

import dev.secant.job.Output;
import dev.secant.job.Schemas;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Encoders;
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
    if (!isCurrent(spark)) {
      compute(spark, output);
    }
  }

  private static boolean isCurrent(SparkSession spark) {
    return spark.catalog().tableExists(SummaryTable.TABLE.name())
        && spark.catalog().tableExists(Effect.TABLE.name())
        && ids(spark, "trials").equals(ids(spark, SummaryTable.TABLE.name()));
  }

  private static Set<String> ids(SparkSession spark, String view) {
    return Set.copyOf(
        spark.table(view).select("trial_id").distinct().as(Encoders.STRING()).collectAsList());
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
