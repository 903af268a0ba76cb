package dev.secant.job;

import dev.secant.config.InputException;
import dev.secant.table.TrialRecord;
import dev.secant.table.TrialRecord.Status;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * How far the sweep of an output is, as everybody sees it who can read the output.
 *
 * @param counts trials by status, as in the table {@code trials}
 * @param running trials that a run has begun and not committed
 * @param left trials that nobody has begun
 * @param run what a run that is under way tells of itself
 * @param seen when it told so for the last time, by the clock of the file system
 * @param failed what became of the trials that did not complete, by id
 */
public record SweepStatus(
    Map<String, Integer> counts,
    long running,
    long left,
    Optional<SweepProgress> run,
    Optional<Instant> seen,
    List<NotComplete> failed) {
  /** More than a run has is no progress file of ours. */
  private static final int LARGEST = 16 << 20;

  public SweepStatus {
    counts = Map.copyOf(counts);
    failed = List.copyOf(failed);
  }

  /** A trial that did not complete; the category is empty where it is not a failure. */
  public record NotComplete(String trialId, String status, String category, String message) {}

  /**
   * @throws InputException where the output cannot be read
   */
  public static SweepStatus of(SparkSession spark, Output output) {
    boolean inUse = output.inUse();
    Map<String, String> committed = output.committed();
    Set<String> started = output.trialsWithCheckpoints();
    List<String> open = output.planned().stream().filter(id -> !committed.containsKey(id)).toList();
    long begun = inUse ? open.stream().filter(started::contains).count() : 0;
    Map<String, Integer> counts = new TreeMap<>();
    committed.values().forEach(status -> counts.merge(status, 1, Integer::sum));
    Path file = new Path(output.root(), ProgressFile.NAME);
    Optional<Instant> seen = inUse ? written(output, file) : Optional.empty();
    return new SweepStatus(
        counts,
        begun,
        open.size() - begun,
        seen.flatMap(unused -> read(output, file)),
        seen,
        notComplete(spark, output, committed));
  }

  private static Optional<Instant> written(Output output, Path file) {
    try {
      return Optional.of(
          Instant.ofEpochMilli(output.files().getFileStatus(file).getModificationTime()));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static Optional<SweepProgress> read(Output output, Path file) {
    try (InputStream in = output.files().open(file)) {
      return Optional.of(SweepProgress.parse(in.readNBytes(LARGEST)));
    } catch (FileNotFoundException e) {
      // The run has ended since.
      return Optional.empty();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static List<NotComplete> notComplete(
      SparkSession spark, Output output, Map<String, String> committed) {
    // Only these rows: a table of thousands of small files takes minutes to read.
    String[] folders =
        committed.entrySet().stream()
            .filter(trial -> !trial.getValue().equals(Status.COMPLETE.text()))
            .map(trial -> output.rows(TrialRecord.TABLE, trial.getKey()).toString())
            .toArray(String[]::new);
    if (folders.length == 0) {
      return List.of();
    }
    return spark
        .read()
        .schema(Schemas.of(TrialRecord.TABLE))
        .option("basePath", output.folder(TrialRecord.TABLE).toString())
        .parquet(folders)
        .select("trial_id", "status", "error_category", "error_message")
        .orderBy("trial_id")
        .collectAsList()
        .stream()
        .map(row -> new NotComplete(text(row, 0), text(row, 1), text(row, 2), text(row, 3)))
        .toList();
  }

  private static String text(Row row, int column) {
    return row.isNullAt(column) ? "" : row.getString(column);
  }

  private static InputException unreadable(Path file, IOException e) {
    return new InputException(file + " cannot be read: " + e.getMessage(), e);
  }
}
