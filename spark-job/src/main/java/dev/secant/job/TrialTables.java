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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/**
 * Writes what was measured of one trial: a folder of its own in every table, in it a file a
 * segment. Whoever writes a file again writes the same.
 */
final class TrialTables {
  private final Output output;
  private final String id;

  TrialTables(Output output, String id) {
    this.output = output;
    this.id = id;
  }

  /** The rows of one segment, in every table that has rows a step. */
  void write(Measure measure, ReplayedSegment segment, PathNulls nulls) throws IOException {
    write(StepRecord.TABLE, segment, nulls.fill(segment));
    if (measure.probes().batches() > 0) {
      write(ProbeRecord.TABLE, segment, segment.besides().probes());
    }
    if (!measure.lags().lags().isEmpty()) {
      write(LagRecord.TABLE, segment, segment.besides().lags());
    }
    if (measure.layersEvery() > 0) {
      write(LayerRecord.TABLE, segment, segment.besides().layers());
    }
  }

  /** A row for each epoch and reference, with the full-batch gradient where it was taken. */
  void writeEpochs(Measure measure, Recording recording, List<Replayed> replayed)
      throws IOException {
    List<Object[]> rows = new ArrayList<>();
    for (EpochRecord epoch : recording.epochs()) {
      for (Reference reference : measure.references()) {
        Optional<FullBatchRecord> fullBatch =
            replayed.stream()
                .flatMap(segment -> segment.fullBatch().stream())
                .filter(record -> record.epoch() == epoch.epoch())
                .filter(record -> record.reference().equals(reference.name()))
                .findFirst();
        rows.add(epoch.row(id, reference.name(), fullBatch));
      }
    }
    write(EpochRecord.TABLE, 0, rows);
  }

  /** Writes the row that makes the trial count. */
  void commit(TrialRecord record) throws IOException {
    new Leftovers(output).removeUnderWay(id);
    write(TrialRecord.TABLE, 0, List.<Object[]>of(record.row()));
  }

  private void write(Table table, ReplayedSegment segment, List<? extends TableRow> records)
      throws IOException {
    write(
        table, segment.segment(), () -> records.stream().map(record -> record.row(id)).iterator());
  }

  private void write(Table table, int part, Iterable<Object[]> rows) throws IOException {
    String name = String.format(Locale.ROOT, "part-%05d.parquet", part);
    Path file = new Path(output.rows(table, id), name);
    try {
      ParquetRows.write(output.files(), file, table, rows);
    } catch (IOException e) {
      throw new OutputFailed(file + " cannot be written", e);
    }
  }
}
