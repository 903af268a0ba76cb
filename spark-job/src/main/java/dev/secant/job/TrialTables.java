package dev.secant.job;

import dev.secant.sweep.Measure;
import dev.secant.sweep.Reference;
import dev.secant.table.EpochRecord;
import dev.secant.table.FullBatchRecord;
import dev.secant.table.LagRecord;
import dev.secant.table.LayerRecord;
import dev.secant.table.ProbeRecord;
import dev.secant.table.StepRecord;
import dev.secant.table.Table;
import dev.secant.table.TableRow;
import dev.secant.table.TrialRecord;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/** Writes what was measured of one trial: a folder of its own in every table. */
final class TrialTables {
  private final SparkSession spark;
  private final Output output;

  TrialTables(SparkSession spark, Output output) {
    this.spark = spark;
    this.output = output;
  }

  /** The rows that a segment has for one table. */
  @FunctionalInterface
  private interface RowsOf extends Serializable {
    List<? extends TableRow> of(ReplayedSegment segment);
  }

  /**
   * Everything but the row that commits.
   *
   * @param segments in order, as they lie on the executors
   */
  void write(
      String id,
      Measure measure,
      Recording recording,
      List<Replayed> replayed,
      JavaRDD<ReplayedSegment> segments) {
    PathNulls nulls = PathNulls.of(recording, measure.references(), replayed);
    write(StepRecord.TABLE, id, segments, nulls::fill);
    if (measure.probes().batches() > 0) {
      write(ProbeRecord.TABLE, id, segments, segment -> segment.besides().probes());
    }
    if (!measure.lags().lags().isEmpty()) {
      write(LagRecord.TABLE, id, segments, segment -> segment.besides().lags());
    }
    if (measure.layersEvery() > 0) {
      write(LayerRecord.TABLE, id, segments, segment -> segment.besides().layers());
    }
    write(EpochRecord.TABLE, id, epochs(id, measure, recording, replayed));
  }

  /** Writes the row that makes the trial count. */
  void commit(TrialRecord record) {
    write(TrialRecord.TABLE, record.trial().id().value(), List.of(withoutId(record.row())));
  }

  /** A row for each epoch and reference, with the full-batch gradient where it was taken. */
  private static List<Row> epochs(
      String id, Measure measure, Recording recording, List<Replayed> replayed) {
    List<Row> rows = new ArrayList<>();
    for (EpochRecord epoch : recording.epochs()) {
      for (Reference reference : measure.references()) {
        Optional<FullBatchRecord> fullBatch =
            replayed.stream()
                .flatMap(segment -> segment.fullBatch().stream())
                .filter(record -> record.epoch() == epoch.epoch())
                .filter(record -> record.reference().equals(reference.name()))
                .findFirst();
        rows.add(withoutId(epoch.row(id, reference.name(), fullBatch)));
      }
    }
    return rows;
  }

  private void write(Table table, String id, JavaRDD<ReplayedSegment> segments, RowsOf rows) {
    JavaRDD<Row> all =
        segments
            .flatMap(segment -> List.<TableRow>copyOf(rows.of(segment)).iterator())
            .map(record -> withoutId(record.row(id)));
    write(table, id, spark.createDataFrame(all, Schemas.ofFiles(table)));
  }

  private void write(Table table, String id, List<Row> rows) {
    write(table, id, spark.createDataFrame(rows, Schemas.ofFiles(table)));
  }

  /** Segments come in order and so do their rows: one file holds the path from start to end. */
  private void write(Table table, String id, Dataset<Row> rows) {
    rows.coalesce(1).write().parquet(output.rows(table, id).toString());
  }

  private static Row withoutId(Object[] values) {
    return RowFactory.create(Arrays.copyOfRange(values, 1, values.length));
  }
}
