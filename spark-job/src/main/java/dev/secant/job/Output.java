package dev.secant.job;

import dev.secant.config.InputException;
import dev.secant.sweep.TrialId;
import dev.secant.table.EpochRecord;
import dev.secant.table.StepRecord;
import dev.secant.table.Table;
import dev.secant.table.TrialRecord;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/**
 * A sweep's output: {@code OUT/<table>/trial_id=<id>/*.parquet}, and checkpoints of trials at work
 * under {@code OUT/_checkpoints/<id>/}. A trial counts when its row in {@code trials} is there,
 * which is written last.
 */
public final class Output {
  /** In the order in which a trial writes them; the last one commits. */
  public static final List<Table> TABLES =
      List.of(StepRecord.TABLE, EpochRecord.TABLE, TrialRecord.TABLE);

  private static final String PARTITION = "trial_id=";

  private final Path root;
  private final SparkSession spark;
  private final FileSystem files;

  public Output(String uri, SparkSession spark) {
    this.spark = spark;
    try {
      Path path = new Path(uri);
      this.files = path.getFileSystem(hadoop());
      this.root = files.makeQualified(path);
    } catch (IOException | IllegalArgumentException e) {
      throw new InputException("output " + uri + " cannot be used: " + Attempt.message(e), e);
    }
  }

  /** As Hadoop writes it: {@code file:/...} or {@code s3a://...}. */
  public String uri() {
    return root.toString();
  }

  public boolean exists() throws IOException {
    return files.exists(new Path(root, TrialRecord.TABLE.name()));
  }

  /**
   * Makes sure that the output can be written.
   *
   * @throws InputException where it cannot
   */
  void prepare() {
    Path probe = new Path(root, "_checkpoints/.probe");
    try {
      files.create(probe, true).close();
      files.delete(probe, false);
    } catch (IOException e) {
      throw new InputException("output " + uri() + " cannot be written: " + Attempt.message(e), e);
    }
  }

  /** The status of every committed trial, by id. */
  public Map<String, String> committed() throws IOException {
    Map<String, String> statuses = new HashMap<>();
    for (Row row : read(TrialRecord.TABLE).select("trial_id", "status").collectAsList()) {
      statuses.put(row.getString(0), row.getString(1));
    }
    return statuses;
  }

  /**
   * A table's rows of all trials that have any.
   *
   * @return an empty dataset with the right columns where there are none
   */
  public Dataset<Row> read(Table table) throws IOException {
    Path path = new Path(root, table.name());
    if (folders(path).isEmpty()) {
      return spark.createDataFrame(List.of(), Schemas.of(table));
    }
    String[] columns = Schemas.of(table).fieldNames();
    return spark.read().schema(Schemas.of(table)).parquet(path.toString()).selectExpr(columns);
  }

  /**
   * Removes what a crash left: rows of trials that are not committed, checkpoints of those that
   * are. Checkpoints of the others stay, to go on from.
   */
  void removeLeftovers(Set<String> committed, boolean keepEnds) throws IOException {
    for (Table table : TABLES) {
      for (String id : folders(new Path(root, table.name()))) {
        if (!committed.contains(id)) {
          files.delete(folder(table, id), true);
        }
      }
    }
    for (String id : committed) {
      if (files.exists(checkpoints(id))) {
        endCheckpoints(id, keepEnds);
      }
    }
  }

  void write(Table table, TrialId id, Dataset<Row> rows) throws IOException {
    Path folder = folder(table, id.value());
    files.delete(folder, true);
    rows.write().parquet(folder.toString());
  }

  void write(Table table, TrialId id, List<Object[]> rows) throws IOException {
    List<Row> inFile =
        rows.stream()
            .map(row -> RowFactory.create(Arrays.copyOfRange(row, 1, row.length)))
            .toList();
    write(table, id, spark.createDataFrame(inFile, Schemas.inFile(table)).coalesce(1));
  }

  /** Takes a trial's row away, so that it runs again. */
  void uncommit(String id) throws IOException {
    files.delete(folder(TrialRecord.TABLE, id), true);
  }

  /** Trials that have left checkpoints: at work, or stopped. */
  public Set<String> begun() throws IOException {
    Set<String> ids = new HashSet<>();
    try {
      for (FileStatus file : files.listStatus(new Path(root, "_checkpoints"))) {
        if (file.isDirectory()) {
          ids.add(file.getPath().getName());
        }
      }
    } catch (FileNotFoundException absent) {
      return Set.of();
    }
    return ids;
  }

  Path checkpoints(String id) {
    return new Path(root, "_checkpoints/" + id);
  }

  /** Ends a trial's checkpoints: none stay, or the first and the last. */
  void endCheckpoints(String id, boolean keepEnds) throws IOException {
    Path folder = checkpoints(id);
    if (!keepEnds) {
      files.delete(folder, true);
      Path all = folder.getParent();
      if (files.exists(all) && files.listStatus(all).length == 0) {
        files.delete(all, false);
      }
      return;
    }
    Set<String> ends = Set.of("step-0.safetensors", "final.safetensors");
    for (FileStatus file : files.listStatus(folder)) {
      if (!ends.contains(file.getPath().getName())) {
        files.delete(file.getPath(), false);
      }
    }
  }

  private Path folder(Table table, String id) {
    return new Path(root, table.name() + "/" + PARTITION + id);
  }

  private Set<String> folders(Path table) throws IOException {
    Set<String> ids = new HashSet<>();
    try {
      for (FileStatus file : files.listStatus(table)) {
        if (file.isDirectory() && file.getPath().getName().startsWith(PARTITION)) {
          ids.add(file.getPath().getName().substring(PARTITION.length()));
        }
      }
    } catch (FileNotFoundException absent) {
      return Set.of();
    }
    return ids;
  }

  private Configuration hadoop() {
    return spark.sparkContext().hadoopConfiguration();
  }
}
