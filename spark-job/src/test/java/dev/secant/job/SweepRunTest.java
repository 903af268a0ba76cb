package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.config.InputException;
import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Measure;
import dev.secant.sweep.RunSettings;
import dev.secant.sweep.Sweep;
import dev.secant.sweep.SweepFile;
import dev.secant.table.EpochRecord;
import dev.secant.table.StepRecord;
import dev.secant.training.Besides;
import dev.secant.training.CheckpointStore;
import dev.secant.training.Monitor;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sweep on a real local Spark, with a stand-in for the training: a path of made-up numbers. */
class SweepRunTest {
  private static final int STEPS = 9;
  private static SparkSession spark;
  @TempDir Path temp;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** A path whose update norms are 1, 2, ...; trials with a marked learning rate go wrong. */
  record StandIn(String failing, String drifting, String diverging, String diaryFolder)
      implements TrialExecution {
    StandIn(Path diary) {
      this("nothing", "nothing", "nothing", diary.toString());
    }

    @Override
    public Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
        throws IOException {
      Files.writeString(Path.of(diaryFolder).resolve(task.trialId() + "." + System.nanoTime()), "");
      if (task.json().contains(failing)) {
        throw new InputException("the data is torn");
      }
      if (store.open("step-0.safetensors").isEmpty()) {
        store.write("step-0.safetensors", out -> out.write(1));
      }
      store.write("final.safetensors", out -> out.write(2));
      store.write("recording", out -> out.write(3));
      List<Long> boundaries = new ArrayList<>();
      for (int i = 0; i <= segments; i++) {
        boundaries.add((long) STEPS * i / segments);
      }
      return new Recording(
          STEPS,
          boundaries,
          task.json().contains(diverging) ? "loss was NaN at step 9" : "",
          List.of(new EpochRecord(0, STEPS, 1.5, 0.5, 1.25, 0.75, Double.NaN)),
          0.5,
          0.125);
    }

    @Override
    public ReplayedSegment replay(
        TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor) {
      List<StepRecord> steps = new ArrayList<>();
      for (long t = recording.boundaries().get(segment);
          t < recording.boundaries().get(segment + 1);
          t++) {
        double[] measures = new double[StepRecord.MEASURES.size()];
        Arrays.fill(measures, Double.NaN);
        measures[StepRecord.indexOf("gamma")] = 0.5;
        measures[StepRecord.indexOf("update_norm")] = updateNorm(t);
        steps.add(new StepRecord("final", t, 0, measures));
        monitor.stepped();
      }
      double drift = task.json().contains(drifting) ? 1e-9 : 0;
      return new ReplayedSegment(segment, steps, Besides.NOTHING, drift, 0.25, 0.0625);
    }
  }

  private static double updateNorm(long step) {
    return 0.1 * (step + 1);
  }

  @Test
  void writesEveryTableOfEveryTrial() throws Exception {
    Result done = run(new StandIn(diary()), 3, "0.1, 0.2");

    assertThat(done.result.allWell()).isTrue();
    assertThat(done.result.complete()).isEqualTo(2);
    Row trial =
        sql("SELECT count(*), sum(replay_drift), min(status), min(segments) FROM trials").get(0);
    assertThat(trial.getLong(0)).isEqualTo(2);
    assertThat(trial.getDouble(1)).isZero();
    assertThat(trial.getString(2)).isEqualTo("complete");
    assertThat(trial.getInt(3)).isEqualTo(3);
    // Waited 0.125 + 3 x 0.0625 of 0.5 + 3 x 0.25 seconds.
    assertThat(sql("SELECT DISTINCT data_wait_share FROM trials").get(0).getDouble(0))
        .isEqualTo(0.25);
    assertThat(sql("SELECT * FROM epochs")).hasSize(2);
    assertThat(sql("SELECT DISTINCT trial_id, step FROM steps")).hasSize(2 * STEPS);
    assertThat(temp.resolve("out/_checkpoints")).isEmptyDirectory();
    assertThat(temp.resolve("out/_lock")).doesNotExist();
    assertThat(parquetFiles("steps")).hasSize(2 * 3);
  }

  @Test
  void filesAndRowsOfATrialAreSortedByStep() throws Exception {
    run(new StandIn(diary()), 3, "0.1");

    List<Long> steps = new ArrayList<>();
    for (Path file : parquetFiles("steps")) {
      for (Row row : spark.read().parquet(file.toString()).collectAsList()) {
        steps.add(row.getAs("step"));
        assertThat(row.schema().fieldNames()).doesNotContain("trial_id");
      }
    }
    assertThat(steps).isSorted().hasSize(STEPS);
  }

  @Test
  void nullOfARandomWalkIsTheClosedFormWhateverTheSegments() throws Exception {
    run(new StandIn(diary()), 1, "0.1");
    List<Row> whole = gammaNulls();
    deleteOutput();
    run(new StandIn(diary()), 3, "0.1");
    List<Row> cut = gammaNulls();

    assertThat(cut).isEqualTo(whole);
    for (int t = 0; t < STEPS; t++) {
      double sum = 0;
      for (int s = t; s < STEPS; s++) {
        sum += updateNorm(s) * updateNorm(s);
      }
      double expected = updateNorm(t) / Math.sqrt(sum);
      assertThat(whole.get(t).getDouble(0)).isCloseTo(expected, within(1e-14));
      assertThat(whole.get(t).getDouble(1)).isCloseTo(0.5 - expected, within(1e-14));
    }
  }

  @Test
  void aTrialThatFailsIsARowAndTheOthersGoOn() throws Exception {
    StandIn execution = new StandIn("\"lr\":0.2", "nothing", "nothing", diary().toString());
    Result done = run(execution, 1, "0.1, 0.2, 0.3");

    assertThat(done.result.failed()).isEqualTo(1);
    assertThat(done.result.complete()).isEqualTo(2);
    assertThat(done.printed).contains("bad-data: the data is torn");
    List<Row> rows =
        sql(
            "SELECT error_category, error_message, learning_rate FROM trials WHERE status='failed'");
    assertThat(rows).hasSize(1);
    assertThat(rows.get(0).toString()).isEqualTo("[bad-data,the data is torn,0.2]");
    assertThat(sql("SELECT DISTINCT trial_id FROM steps")).hasSize(2);

    Result again = run(new StandIn(diary()), 1, "0.1, 0.2, 0.3");
    assertThat(again.result.allWell()).isTrue();
    assertThat(again.result.skipped()).isEqualTo(2);
    assertThat(sql("SELECT * FROM trials WHERE status = 'complete'")).hasSize(3);
  }

  @Test
  void aDriftOrADivergenceIsNeverPassedOffAsComplete() throws Exception {
    StandIn execution = new StandIn("nothing", "\"lr\":0.1,", "\"lr\":0.2", diary().toString());
    Result done = run(execution, 2, "0.1, 0.2, 0.3");

    assertThat(done.result.failed()).isEqualTo(2);
    assertThat(sql("SELECT status, error_message FROM trials ORDER BY learning_rate"))
        .extracting(Row::toString)
        .containsExactly(
            "[drifted,the replay ended 2.0E-9 away from the recorded path]",
            "[diverged,loss was NaN at step 9]",
            "[complete,null]");
    assertThat(run(execution, 2, "0.1, 0.2, 0.3").result.failed()).isEqualTo(2);
  }

  @Test
  void runningAgainDoesNothingThatIsDone() throws Exception {
    run(new StandIn(diary()), 1, "0.1, 0.2");
    List<Path> files = parquetFiles("");
    long recorded = entries(diary());

    Result again = run(new StandIn(diary()), 1, "0.1, 0.2");

    assertThat(again.result.skipped()).isEqualTo(2);
    assertThat(parquetFiles("")).isEqualTo(files);
    assertThat(entries(diary())).isEqualTo(recorded);
  }

  @Test
  void everyOneOfManyTrialsIsDoneOnceAndOnlyWhatIsMissingAgain() throws Exception {
    int trials = 200;
    String rates =
        IntStream.rangeClosed(1, trials)
            .mapToObj(i -> Double.toString(i / 1000.0))
            .collect(Collectors.joining(", "));

    assertThat(run(new StandIn(diary()), 0, rates).result.complete()).isEqualTo(trials);
    assertThat(entries(diary())).isEqualTo(trials);
    assertThat(sql("SELECT trial_id, step FROM steps GROUP BY trial_id, step"))
        .hasSize(trials * STEPS);
    List<Path> commits = parquetFiles("trials");
    assertThat(commits).hasSize(trials);
    for (Path commit : commits.subList(0, 7)) {
      Files.delete(commit);
    }

    Result again = run(new StandIn(diary()), 0, rates);

    assertThat(again.result.skipped()).isEqualTo(trials - 7);
    assertThat(again.result.complete()).isEqualTo(trials);
    assertThat(entries(diary())).isEqualTo(trials + 7);
    assertThat(parquetFiles("trials")).hasSize(trials);
    assertThat(sql("SELECT * FROM steps")).hasSize(trials * STEPS);
  }

  @Test
  void aTrialThatWasCutEarlierIsMeasuredInOneTask() throws Exception {
    run(new StandIn(diary()), 3, "0.1");
    List<Row> cut = gammaNulls();
    deleteOutput();

    // What the store holds wins over what is asked for: here, the boundaries of an earlier attempt.
    run(new CutEarlier(new StandIn(diary()), 3), 1, "0.1");

    assertThat(gammaNulls()).isEqualTo(cut);
    assertThat(sql("SELECT segments FROM trials").get(0).getInt(0)).isEqualTo(3);
  }

  /** Records in segments of its own, whatever it is asked for. */
  record CutEarlier(StandIn standIn, int cuts) implements TrialExecution {
    @Override
    public Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
        throws IOException {
      return standIn.record(task, cuts, store, monitor);
    }

    @Override
    public ReplayedSegment replay(
        TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor) {
      return standIn.replay(task, recording, segment, store, monitor);
    }
  }

  @Test
  void whatACrashLeftIsRemovedAndDoneAnew() throws Exception {
    run(new StandIn(diary()), 1, "0.1, 0.2");
    List<Path> commits = parquetFiles("trials");
    Files.delete(commits.get(0));
    Path stranger = temp.resolve("out/steps/trial_id=0123456789ab");
    Files.createDirectories(stranger);
    Files.copy(parquetFiles("steps").get(0), stranger.resolve("part-0.parquet"));
    views();
    assertThat(sql("SELECT DISTINCT trial_id FROM steps")).hasSize(1);

    Result again = run(new StandIn(diary()), 1, "0.1, 0.2");

    assertThat(again.result.skipped()).isEqualTo(1);
    assertThat(stranger).doesNotExist();
    assertThat(sql("SELECT * FROM steps")).hasSize(2 * STEPS);
    assertThat(sql("SELECT * FROM trials")).hasSize(2);
  }

  @Test
  void whatACrashLeftOfCheckpointsIsRemoved() throws Exception {
    run(new StandIn(diary()), 1, "0.1, 0.2");
    List<Path> trials = parquetFiles("trials").stream().map(Path::getParent).toList();
    Path checkpoints = temp.resolve("out/_checkpoints");
    Files.createDirectories(checkpoints.resolve(idOf(trials.get(0))));
    Path folder = Files.createDirectories(checkpoints.resolve(idOf(trials.get(1))));
    Files.writeString(folder.resolve("recording.json"), "{}");

    assertThat(run(new StandIn(diary()), 1, "0.1, 0.2").result.skipped()).isEqualTo(2);

    assertThat(checkpoints).isEmptyDirectory();
  }

  private static String idOf(Path folder) {
    return folder.getFileName().toString().substring("trial_id=".length());
  }

  @Test
  void keepsTheFirstAndTheLastCheckpointWhereAskedTo() throws Exception {
    run(new StandIn(diary()), 1, true, "0.1");

    try (Stream<Path> files = Files.walk(temp.resolve("out/_checkpoints"))) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .contains("step-0.safetensors", "final.safetensors")
          .doesNotContain("recording");
    }
  }

  @Test
  void tablesWithNoTrialAreEmptyNotAnError() throws Exception {
    Files.createDirectories(temp.resolve("out/steps"));
    views();

    assertThat(sql("SELECT count(gamma) FROM steps").get(0).getLong(0)).isZero();
    assertThat(sql("SELECT * FROM trials")).isEmpty();
  }

  /** Trains until it is told to stop. */
  record Endless() implements TrialExecution {
    private static final CountDownLatch STARTED = new CountDownLatch(2);

    @Override
    public Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor) {
      STARTED.countDown();
      while (!monitor.stopped()) {
        Thread.onSpinWait();
      }
      throw new CancellationException("stopped");
    }

    @Override
    public ReplayedSegment replay(
        TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor) {
      throw new IllegalStateException("never recorded");
    }
  }

  @Test
  void aRunThatIsStoppedFailsNoTrialAndGoesOnLater() throws Exception {
    SweepRun run = sweepRun(new Endless(), 1, false, new ByteArrayOutputStream());
    List<PlannedTrial> trials = plan("0.1, 0.2, 0.3", "");
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<SweepRun.Result> result = other.submit(() -> run.run(trials));
      Endless.STARTED.await();

      run.stop(Duration.ofMinutes(1));

      assertThatThrownBy(result::get).hasCauseInstanceOf(InterruptedException.class);
    } finally {
      other.shutdownNow();
    }
    views();
    assertThat(sql("SELECT * FROM trials")).isEmpty();
    Result later = run(new StandIn(diary()), 1, "0.1, 0.2, 0.3");
    assertThat(later.result.complete()).isEqualTo(3);
    assertThat(later.result.skipped()).isZero();
  }

  @Test
  void aSecondDriverIsRefused() throws Exception {
    Output output = output();
    try (OutputLock lock = OutputLock.take(output)) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(() -> run(new StandIn(diary()), 1, "0.1"))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("is being written by another run (process ");
    }
    assertThat(run(new StandIn(diary()), 1, "0.1").result.allWell()).isTrue();
  }

  @Test
  void theLockOfADeadProcessIsTakenOver() throws Exception {
    Files.createDirectories(temp.resolve("out"));
    String host = java.net.InetAddress.getLocalHost().getHostName();
    Files.writeString(temp.resolve("out/_lock"), host + " 999999999 2020-01-01T00:00:00Z");

    assertThat(run(new StandIn(diary()), 1, "0.1").result.allWell()).isTrue();
  }

  @Test
  void anOutputThatCannotBeWrittenIsRefused() throws Exception {
    Files.writeString(temp.resolve("out"), "a file, not a folder");

    assertThatThrownBy(() -> run(new StandIn(diary()), 1, "0.1"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(temp.resolve("out").toString());
    assertThat(temp.resolve("out")).hasContent("a file, not a folder");
  }

  @Test
  void aBatchLargerThanTheDatasetIsRefused() {
    assertThatThrownBy(() -> plan("0.1", "batch-size = [ 512 ]"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("batch-size 512 is larger than the training samples of shapes");
  }

  private record Result(SweepRun.Result result, String printed) {}

  private Result run(TrialExecution execution, int segments, String rates) throws Exception {
    return run(execution, segments, false, rates);
  }

  private Result run(TrialExecution execution, int segments, boolean keepCheckpoints, String rates)
      throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    SweepRun run = sweepRun(execution, segments, keepCheckpoints, printed);
    SweepRun.Result result = run.run(plan(rates, ""));
    views();
    return new Result(result, printed.toString(StandardCharsets.UTF_8));
  }

  private SweepRun sweepRun(
      TrialExecution execution, int segments, boolean keepCheckpoints, OutputStream printed) {
    return new SweepRun(
        spark,
        new SweepRun.Plan(
            temp.resolve("out").toString(),
            new Measure(
                Measure.STEPS.references(),
                Measure.Probes.NONE,
                Measure.Lags.NONE,
                0,
                0,
                Measure.Mode.AUTO,
                0,
                segments,
                keepCheckpoints),
            temp,
            new EngineSettings(EngineSettings.Device.CPU, 1, true),
            RunSettings.PATIENT),
        execution,
        Progress.lines(new PrintStream(printed, true, StandardCharsets.UTF_8), false));
  }

  private List<PlannedTrial> plan(String rates, String more) throws IOException {
    Path conf = temp.resolve("sweep.conf");
    Files.writeString(
        conf,
        """
        secant {
          grid {
            architecture = [ {type: mlp, hidden: [4]} ]
            dataset = [ {type: shapes, train: 64, validation: 8} ]
            batch-size = [ 16 ]
            optimizer = [ %s ]
            %s
          }
        }
        """
            .formatted(
                String.join(
                    ", ",
                    Stream.of(rates.split(", ")).map(lr -> "{type: sgd, lr: " + lr + "}").toList()),
                more));
    Sweep sweep = SweepFile.read(conf, List.of(), Optional.empty());
    return PlannedTrial.of(sweep.trials(), sweep.measure().references(), temp);
  }

  private Output output() {
    return new Output(temp.resolve("out").toString(), spark.sparkContext().hadoopConfiguration());
  }

  private void views() {
    output().createViews(spark);
  }

  private static List<Row> sql(String query) {
    return spark.sql(query).collectAsList();
  }

  private static List<Row> gammaNulls() {
    return sql("SELECT gamma_null, gamma_excess FROM steps ORDER BY step");
  }

  private Path diary() throws IOException {
    return Files.createDirectories(temp.resolve("diary"));
  }

  private static long entries(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  private List<Path> parquetFiles(String table) throws IOException {
    try (Stream<Path> files = Files.walk(temp.resolve("out").resolve(table))) {
      return files.filter(path -> path.toString().endsWith(".parquet")).sorted().toList();
    }
  }

  private void deleteOutput() throws IOException {
    try (Stream<Path> files = Files.walk(temp.resolve("out"))) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
