package dev.secant.job;

import static org.apache.spark.sql.functions.col;

import dev.secant.config.InputException;
import dev.secant.table.StepRecord;
import dev.secant.table.Table;
import dev.secant.table.TrialRecord;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Many small files into few large ones: {@code <table>/trial_id=<id>/*.parquet} becomes {@code
 * <table>/*.parquet} with a column {@code trial_id}, sorted by trial and step. The table {@code
 * trials}, whose files commit the trials, stays as it is.
 *
 * <p>The large files take the place of the small ones all at once, see {@link Replacement}: nothing
 * is lost, doubled or half there whenever it is interrupted.
 */
public final class Compaction {
  /** Matches a table's large files. */
  static final String LARGE_FILES = "*.parquet";

  private static final long BYTES_A_FILE = 128L << 20;

  /** By which rows are sorted, those of them that a table has. */
  private static final List<String> ORDER =
      List.of("trial_id", "step", "reference", "epoch", "probe", "lag", "position");

  private Compaction() {}

  /** What became of a table. */
  public record Compacted(String table, long rows, long filesBefore, long files) {}

  /**
   * Compacts every table but {@code trials}; what a crash left of trials that are not committed is
   * left out.
   *
   * @throws InputException where the output is in use or cannot be written
   */
  public static List<Compacted> run(SparkSession spark, Output output) {
    try (OutputLock lock = OutputLock.take(output)) {
      new Leftovers(output).recover();
      Dataset<Row> trials = output.all(spark, TrialRecord.TABLE);
      List<Compacted> tables = new ArrayList<>();
      for (Table table : Output.TABLES) {
        if (!table.equals(TrialRecord.TABLE) && output.files().exists(output.folder(table))) {
          tables.add(compact(spark, output, trials, table));
        }
      }
      return tables;
    } catch (IOException e) {
      throw new InputException(
          "output " + output.root() + " cannot be compacted: " + e.getMessage(), e);
    }
  }

  /**
   * Whether trials came after a compaction: Secant reads their files beside the large ones, other
   * tools do not know how.
   */
  public static boolean isDue(Output output) {
    try {
      Set<String> names = output.names(output.folder(StepRecord.TABLE));
      return names.stream().anyMatch(Output::isParquet)
          && names.stream().anyMatch(name -> name.startsWith(Output.PARTITION));
    } catch (IOException e) {
      throw new InputException("output " + output.root() + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Compacted compact(
      SparkSession spark, Output output, Dataset<Row> trials, Table table) throws IOException {
    FileSystem files = output.files();
    Path folder = output.folder(table);
    Replacement large = new Replacement(output, table.name());
    long filesBefore = count(files, folder);
    long bytes = files.getContentSummary(folder).getLength();

    Dataset<Row> rows = output.of(trials, spark, table);
    Column[] order =
        ORDER.stream()
            .filter(name -> table.columns().stream().anyMatch(column -> column.name().equals(name)))
            .map(name -> col(name))
            .toArray(Column[]::new);
    rows.repartitionByRange((int) (1 + bytes / BYTES_A_FILE), order)
        .sortWithinPartitions(order)
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(large.next().toString());
    long written = spark.read().schema(Schemas.of(table)).parquet(large.next().toString()).count();
    long expected = rows.count();
    if (written != expected) {
      files.delete(large.next(), true);
      throw new IOException(
          "table " + folder + ": " + written + " rows written of " + expected + "; left as it was");
    }
    large.commit();
    return new Compacted(table.name(), written, filesBefore, count(files, folder));
  }

  private static long count(FileSystem files, Path folder) throws IOException {
    long count = 0;
    try {
      for (RemoteIterator<LocatedFileStatus> all = files.listFiles(folder, true); all.hasNext(); ) {
        if (Output.isParquet(all.next().getPath().getName())) {
          count++;
        }
      }
    } catch (FileNotFoundException e) {
      return 0;
    }
    return count;
  }
}
