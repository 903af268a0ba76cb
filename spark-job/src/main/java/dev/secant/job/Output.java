package dev.secant.job;

import dev.secant.config.InputException;
import dev.secant.table.EpochRecord;
import dev.secant.table.LagRecord;
import dev.secant.table.LayerRecord;
import dev.secant.table.ProbeRecord;
import dev.secant.table.StepRecord;
import dev.secant.table.Table;
import dev.secant.table.TrialRecord;
import dev.secant.training.CheckpointStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * The folder that a sweep writes: {@code <table>/trial_id=<id>/}, {@code _checkpoints/<id>/}. A
 * trial is there when its row in {@code trials} is.
 */
public final class Output {
  /** Every table that a run writes; the one that commits is the last. */
  public static final List<Table> TABLES =
      List.of(
          StepRecord.TABLE,
          ProbeRecord.TABLE,
          LagRecord.TABLE,
          LayerRecord.TABLE,
          EpochRecord.TABLE,
          TrialRecord.TABLE);

  /** Tables computed from the others, whole: {@code <table>/*.parquet}. */
  static final List<String> DERIVED = List.of("summary", "effects");

  static final String PARTITION = "trial_id=";

  private final Path root;
  private final FileSystem files;

  /**
   * @throws InputException where the address names no file system that can be reached
   */
  public Output(String root, Configuration configuration) {
    try {
      Path path = new Path(root);
      if (path.toUri().getUserInfo() != null && path.toUri().getScheme().startsWith("s3")) {
        throw new InputException(
            "output: an address must not hold credentials; docs/s3.md says where they belong");
      }
      this.files = LocalFiles.orOther(path, configuration);
      this.root = files.makeQualified(path);
    } catch (IOException | IllegalArgumentException e) {
      throw new InputException("output " + root + " cannot be reached: " + e.getMessage(), e);
    }
  }

  /** Its full address. */
  public Path root() {
    return root;
  }

  public boolean exists() {
    try {
      return files.getFileStatus(root).isDirectory();
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw new InputException("output " + root + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Whether a run is writing to it now. */
  public boolean inUse() {
    return writer().isPresent();
  }

  /**
   * The process that is writing to it now. Where that is on another machine, finding out takes some
   * seconds, and a minute where it is there no more.
   */
  public Optional<String> writer() {
    try {
      return OutputLock.holder(this, OutputLock.OF_A_RUN);
    } catch (IOException e) {
      throw new InputException("output " + root + " cannot be read: " + e.getMessage(), e);
    }
  }

  CheckpointStore checkpointStore(String trialId) {
    return new HadoopCheckpointStore(files, checkpoints(trialId));
  }

  /** Where the folders of checkpoints are, one a trial. */
  Path checkpoints() {
    return new Path(root, "_checkpoints");
  }

  Path checkpoints(String trialId) {
    return new Path(checkpoints(), trialId);
  }

  Path rows(Table table, String trialId) {
    return new Path(folder(table), PARTITION + trialId);
  }

  FileSystem files() {
    return files;
  }

  Path folder(Table table) {
    return new Path(root, table.name());
  }

  /**
   * The status of each committed trial, by id; what the {@code trials} table says.
   *
   * @throws InputException where the table cannot be read
   */
  public Map<String, String> committed() {
    try {
      return Commits.read(files, folder(TrialRecord.TABLE), PARTITION);
    } catch (IOException e) {
      throw new InputException("output " + root + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** All rows of a table, committed or not; none where nothing was written yet. */
  public Dataset<Row> all(SparkSession spark, Table table) {
    Dataset<Row> rows;
    try {
      Set<String> names = names(folder(table));
      Optional<List<Path>> replacing = new Replacement(this, table.name()).committed();
      if (replacing.isPresent()) {
        rows = read(spark, table, replacing.get());
      } else if (names.stream().noneMatch(Output::isParquet)) {
        rows = names.isEmpty() ? none(spark, table) : read(spark, table, List.of(folder(table)));
      } else {
        rows = read(spark, table, List.of(new Path(folder(table), Compaction.LARGE_FILES)));
        Object[] later =
            names.stream()
                .filter(name -> name.startsWith(PARTITION))
                .map(name -> name.substring(PARTITION.length()))
                .toArray();
        if (later.length > 0) {
          // A trial that was walked once more counts once.
          rows =
              rows.where(functions.not(functions.col("trial_id").isin(later)))
                  .unionByName(
                      spark
                          .read()
                          .schema(Schemas.of(table))
                          .option("basePath", folder(table).toString())
                          .parquet(new Path(folder(table), PARTITION + "*").toString()));
        }
      }
    } catch (IOException e) {
      throw new InputException("output " + root + " cannot be read: " + e.getMessage(), e);
    }
    return rows.select(
        table.columns().stream()
            .map(column -> functions.col(column.name()))
            .toArray(org.apache.spark.sql.Column[]::new));
  }

  private static Dataset<Row> read(SparkSession spark, Table table, List<Path> paths) {
    return spark
        .read()
        .schema(Schemas.of(table))
        .parquet(paths.stream().map(Path::toString).toArray(String[]::new));
  }

  private static Dataset<Row> none(SparkSession spark, Table table) {
    return spark.createDataFrame(List.of(), Schemas.of(table));
  }

  static boolean isParquet(String name) {
    return name.endsWith(".parquet") && !name.startsWith("_") && !name.startsWith(".");
  }

  /**
   * Registers the tables as views of their names, with the rows of committed trials only; derived
   * tables as they were last computed, where they are.
   */
  public void createViews(SparkSession spark) {
    createViews(spark, tables(spark));
  }

  /**
   * Registers the tables of several outputs as views of their names, each the rows of all of them,
   * with a column {@code sweep} before the others: the name of the output's folder, or its whole
   * address where two folders have the same name. A trial that is in two of them is there twice.
   */
  public static void createViews(SparkSession spark, List<Output> outputs) {
    Set<String> names =
        outputs.stream().map(output -> output.root.getName()).collect(Collectors.toSet());
    boolean areNames = names.size() == outputs.size();
    Map<String, Dataset<Row>> all = new TreeMap<>();
    for (Output output : outputs) {
      String sweep = areNames ? output.root.getName() : output.root.toString();
      output
          .tables(spark)
          .forEach(
              (name, rows) ->
                  all.merge(
                      name,
                      rows.select(functions.lit(sweep).as("sweep"), functions.col("*")),
                      // Tables of an older version may lack a column.
                      (first, second) -> first.unionByName(second, true)));
    }
    createViews(spark, all);
  }

  private static void createViews(SparkSession spark, Map<String, Dataset<Row>> tables) {
    DERIVED.forEach(name -> spark.catalog().dropTempView(name));
    tables.forEach((name, rows) -> rows.createOrReplaceTempView(name));
  }

  /**
   * The rows of a table that are of these trials.
   *
   * @param trials the table {@code trials}
   */
  Dataset<Row> of(Dataset<Row> trials, SparkSession spark, Table table) {
    return all(spark, table).join(trials.select("trial_id"), scalaSeq("trial_id"), "left_semi");
  }

  private Map<String, Dataset<Row>> tables(SparkSession spark) {
    Dataset<Row> trials = all(spark, TrialRecord.TABLE);
    Map<String, Dataset<Row>> tables = new TreeMap<>();
    for (Table table : TABLES) {
      tables.put(table.name(), table.equals(TrialRecord.TABLE) ? trials : of(trials, spark, table));
    }
    for (String name : DERIVED) {
      readDerived(spark, name).ifPresent(rows -> tables.put(name, rows));
    }
    return tables;
  }

  /** The rows of a derived table as it was last computed, where it was. */
  public Optional<List<Row>> derived(SparkSession spark, String name) {
    return readDerived(spark, name).map(Dataset::collectAsList);
  }

  private Optional<Dataset<Row>> readDerived(SparkSession spark, String name) {
    try {
      List<Path> paths =
          new Replacement(this, name)
              .committed()
              .orElseGet(
                  () -> isThere(new Path(root, name)) ? List.of(new Path(root, name)) : List.of());
      return paths.isEmpty()
          ? Optional.empty()
          : Optional.of(
              spark.read().parquet(paths.stream().map(Path::toString).toArray(String[]::new)));
    } catch (IOException e) {
      throw new InputException("output " + root + " cannot be read: " + e.getMessage(), e);
    }
  }

  private boolean isThere(Path path) {
    try {
      return files.exists(path);
    } catch (IOException e) {
      throw new InputException("output " + root + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Puts a derived table in the place of the one that was there, all at once.
   *
   * @return the table as it was written, which is also a view now
   * @throws InputException where the output cannot be written, or another process replaces the same
   *     table
   */
  public Dataset<Row> replace(SparkSession spark, String name, Dataset<Row> rows) {
    if (!DERIVED.contains(name)) {
      throw new IllegalArgumentException("not a derived table: " + name);
    }
    Replacement table = new Replacement(this, name);
    try (OutputLock lock = OutputLock.take(this, lockOf(name))) {
      table.recover();
      rows.coalesce(1).write().mode(SaveMode.Overwrite).parquet(table.next().toString());
      table.commit();
    } catch (IOException e) {
      throw new InputException(
          "table " + new Path(root, name) + " cannot be written: " + e.getMessage(), e);
    }
    Dataset<Row> written = readDerived(spark, name).orElseThrow();
    written.createOrReplaceTempView(name);
    return written;
  }

  static String lockOf(String derived) {
    return "_" + derived + "-lock";
  }

  private static scala.collection.immutable.Seq<String> scalaSeq(String column) {
    return scala.jdk.javaapi.CollectionConverters.asScala(List.of(column)).toList();
  }

  /** The trials that have checkpoints. */
  public Set<String> trialsWithCheckpoints() {
    try {
      return names(checkpoints());
    } catch (IOException e) {
      throw new InputException("output " + root + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** What lies in a folder; nothing where it is not there. */
  Set<String> names(Path folder) throws IOException {
    Set<String> names = new TreeSet<>();
    try {
      for (FileStatus file : files.listStatus(folder)) {
        names.add(file.getPath().getName());
      }
    } catch (FileNotFoundException e) {
      return Set.of();
    }
    return names;
  }

  /** The address of a file beside the tables, where it is there. */
  public Optional<Path> file(String name) {
    Path file = new Path(root, name);
    return isThere(file) ? Optional.of(file) : Optional.empty();
  }

  /**
   * Writes a file beside the tables, in the place of one that was there, which goes only when the
   * new one is whole.
   *
   * @return its address
   * @throws InputException where the output cannot be written
   */
  public Path write(String name, byte[] content) {
    Path whole = new Path(root, name);
    try {
      WholeFile.write(files, whole, out -> out.write(content));
      return whole;
    } catch (IOException e) {
      throw new InputException("file " + whole + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** Notes which trials the sweep has, for {@link #planned()}. */
  void writePlan(List<PlannedTrial> trials) throws IOException {
    StringBuilder ids = new StringBuilder();
    trials.forEach(trial -> ids.append(trial.id()).append('\n'));
    byte[] text = ids.toString().getBytes(StandardCharsets.US_ASCII);
    WholeFile.write(files, new Path(root, "_sweep"), out -> out.write(text));
  }

  /** The ids of the trials of the last sweep that ran here; none where none did. */
  public Set<String> planned() {
    try (var in = files.open(new Path(root, "_sweep"))) {
      return new TreeSet<>(
          new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList());
    } catch (FileNotFoundException e) {
      return Set.of();
    } catch (IOException e) {
      throw new InputException("output " + root + " cannot be read: " + e.getMessage(), e);
    }
  }
}
