package dev.secant.analysis;

import dev.secant.job.Output;
import dev.secant.job.Schemas;
import dev.secant.table.Column;
import dev.secant.table.StepRecord;
import dev.secant.table.Table;
import dev.secant.table.TrialRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** The tables of a sweep as a run writes them, with the values that a test names. */
public final class WrittenSweep {
  private final SparkSession spark;
  private final Path folder;
  private final List<Row> trials = new ArrayList<>();
  private final Map<Table, List<Row>> others = new HashMap<>();

  public WrittenSweep(SparkSession spark, Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  /**
   * A complete trial; its id says what it is.
   *
   * @param values of columns that differ from: one batch size, one learning rate, seed 0
   */
  public WrittenSweep trial(Map<String, ?> values) {
    String id = "%012x".formatted(trials.size());
    trials.add(row(TrialRecord.TABLE, Map.of("trial_id", id, "status", "complete"), values));
    return this;
  }

  /** A step of the last trial, of reference final. */
  public WrittenSweep step(long step, Map<String, ?> values) {
    return row(StepRecord.TABLE, step, values);
  }

  /** A row of the last trial in any table, of reference final. */
  public WrittenSweep row(Table table, long step, Map<String, ?> values) {
    String id = "%012x".formatted(trials.size() - 1);
    Map<String, ?> key = Map.of("trial_id", id, "reference", "final", "step", step);
    others.computeIfAbsent(table, unused -> new ArrayList<>()).add(row(table, key, values));
    return this;
  }

  /** Writes what there is, and analyzes it. */
  public Analysis analyze() {
    write(TrialRecord.TABLE, trials);
    others.forEach(this::write);
    return Analysis.compute(spark, output());
  }

  public Output output() {
    return new Output(folder.toString(), spark.sparkContext().hadoopConfiguration());
  }

  private void write(Table table, List<Row> rows) {
    spark
        .createDataFrame(rows, Schemas.of(table))
        .write()
        .mode(SaveMode.Overwrite)
        .partitionBy("trial_id")
        .parquet(folder.resolve(table.name()).toString());
  }

  private static Row row(Table table, Map<String, ?> key, Map<String, ?> values) {
    List<Object> row = new ArrayList<>();
    for (Column column : table.columns()) {
      Object value = values.get(column.name());
      value = value == null ? key.get(column.name()) : value;
      row.add(value == null && !column.nullable() ? usual(column) : value);
    }
    return RowFactory.create(row.toArray());
  }

  private static Object usual(Column column) {
    return switch (column.type()) {
      case TEXT -> column.name().endsWith("_config") ? "{}" : column.name();
      case INTEGER -> 1;
      case LONG -> 0L;
      case DOUBLE -> 0.5;
      case BOOLEAN -> false;
    };
  }
}
