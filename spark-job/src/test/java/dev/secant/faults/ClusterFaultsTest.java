package dev.secant.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.job.EngineExecution;
import dev.secant.job.SweepStopped;
import dev.secant.job.TrialExecution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.SparkContext$;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Executors, workers and the cluster itself go away under a sweep, on a standalone cluster of real
 * processes. After each fault the rows in the files are counted and compared with those of a run on
 * one machine that nobody disturbed.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterFaultsTest {
  /** A faulty trial costs so many executors. */
  private static final int ATTEMPTS = 2;

  @TempDir static Path shared;
  @TempDir Path temp;

  private static StandaloneCluster cluster;
  private static SparkSession spark;

  /** Two kinds of network, whole paths and paths in two segments. */
  private static SmallSweep whole;

  private static SmallSweep cut;
  private static Map<String, List<String>> expected;

  @BeforeAll
  static void start() throws Exception {
    String grid =
        """
        architecture = [ {type: mlp, hidden: [16]}, {type: resnet-cifar, depth: 8, width: 0.25} ]
        optimizer = [ {type: momentum, lr: 0.02} ]
        seed = [ 0, 1 ]
        """;
    whole = SmallSweep.read(SmallSweep.write(shared, grid, "measure.segments = 1"));
    cut =
        SmallSweep.read(
            SmallSweep.write(shared, SmallSweep.mlps("0.02", "0.03"), "measure.segments = 2"));
    try (SparkSession local =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .getOrCreate()) {
      whole.run(local, shared.resolve("whole").toString(), new EngineExecution());
      cut.run(local, shared.resolve("cut").toString(), new EngineExecution());
    }
    expected = TableFiles.read(shared.resolve("whole"));
    expected.forEach((table, rows) -> assertThat(rows).as(table).isNotEmpty());
    cluster = new StandaloneCluster(shared.resolve("cluster"), 2);
    open();
  }

  private static void open() {
    spark =
        SparkSession.builder()
            .config(
                cluster
                    .conf()
                    .set("spark.task.maxFailures", Integer.toString(ATTEMPTS))
                    .set("spark.task.reaper.enabled", "true")
                    .set("spark.task.reaper.pollingInterval", "200ms")
                    .set("spark.task.reaper.killTimeout", "1s")
                    .set("spark.hadoop.fs.gated.impl", GatedFiles.class.getName())
                    .set("spark.hadoop.fs.gated.impl.disable.cache", "true"))
            .getOrCreate();
    Await.until(
        "two executors",
        () -> spark.sparkContext().statusTracker().getExecutorInfos().length == 3,
        cluster::printed);
  }

  private static void reopen() {
    spark.stop();
    // Where the cluster stopped it, that is done on another thread.
    Await.until("the end of the context", () -> SparkContext$.MODULE$.getActive().isEmpty());
    open();
  }

  @AfterAll
  static void stop() {
    if (spark != null) {
      spark.stop();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  @Order(1)
  void twoWorkersWriteWhatOneMachineWrites() throws Exception {
    whole.run(spark, temp.resolve("out").toString(), new EngineExecution());

    assertThat(TableFiles.read(temp.resolve("out"))).isEqualTo(expected);
    assertThat(temp.resolve("out/_checkpoints")).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"record", "replay", GatedFiles.GATE})
  @Order(2)
  void anExecutorThatIsKilledCostsNoRow(String where) throws Exception {
    Gate gate = Gate.in(temp, where);
    spark.sparkContext().hadoopConfiguration().set("fs.gated.folder", temp.toString());
    spark.sparkContext().hadoopConfiguration().set("fs.gated.table", "steps");
    TrialExecution gated =
        new GatedExecution(
            new EngineExecution(),
            where.equals("record") ? gate : Gate.in(temp, "other").open(),
            where.equals("replay") ? gate : Gate.in(temp, "other").open(),
            7);
    String output = (where.equals(GatedFiles.GATE) ? "gated:" : "") + temp.resolve("out");

    Future<SmallSweep.Done> run = inBackground(cut, output, gated);
    ProcessHandle executor = gate.awaitProcess();
    assertThat(cluster.executors()).contains(executor);
    executor.destroyForcibly();

    assertThat(run.get().result().allWell()).as(run.get().printed()).isTrue();
    assertThat(TableFiles.read(temp.resolve("out")))
        .isEqualTo(TableFiles.read(shared.resolve("cut")));
    assertThat(temp.resolve("out/_checkpoints")).isEmptyDirectory();
  }

  @Test
  @Order(3)
  void aWorkerThatIsLostCostsNoRow() throws Exception {
    Gate gate = Gate.in(temp, "record");
    TrialExecution gated =
        new GatedExecution(new EngineExecution(), gate, Gate.in(temp, "other").open(), 7);

    Future<SmallSweep.Done> run = inBackground(cut, temp.resolve("out").toString(), gated);
    cluster.killWorkerOf(gate.awaitProcess());

    assertThat(run.get().result().allWell()).as(run.get().printed()).isTrue();
    assertThat(TableFiles.read(temp.resolve("out")))
        .isEqualTo(TableFiles.read(shared.resolve("cut")));
    cluster.addWorker();
    cluster.awaitWorkers(2);
  }

  @Test
  @Order(4)
  void aTrialThatKillsItsExecutorEveryTimeFailsAlone() throws Exception {
    SmallSweep sweep =
        SmallSweep.read(
            SmallSweep.write(temp, SmallSweep.mlps("0.01", "0.02", "0.03", "0.04"), ""));
    Path out = temp.resolve("out");

    SmallSweep.Done done =
        sweep.run(
            spark, out.toString(), new StandIn("\"lr\":0.02", m -> Runtime.getRuntime().halt(134)));

    assertThat(done.result().complete()).isEqualTo(3);
    assertThat(done.result().messages()).hasSize(1);
    assertThat(done.result().messages().get(0))
        .contains("lost-executor: its task took its executor down, " + ATTEMPTS + " times")
        .contains("code 134");
    assertThat(TableFiles.rows(out, "trials"))
        .hasSize(4)
        .filteredOn(row -> row.contains("error_category=lost-executor"))
        .hasSize(1);
    assertThat(TableFiles.rows(out, "steps")).hasSize(3 * StandIn.STEPS).doesNotHaveDuplicates();

    assertThat(sweep.run(spark, out.toString(), healthy()).result().complete()).isEqualTo(4);
    assertThat(TableFiles.rows(out, "steps")).hasSize(4 * StandIn.STEPS).doesNotHaveDuplicates();
  }

  @Test
  @Order(5)
  void aTaskThatDoesNotStopCostsItsExecutorNotTheSweep() throws Exception {
    SmallSweep sweep =
        SmallSweep.read(
            SmallSweep.write(
                temp, SmallSweep.mlps("0.01", "0.02", "0.03"), "run.time-limit = 2 s"));
    Gate never = Gate.in(temp, "hang");

    SmallSweep.Done done =
        sweep.run(
            spark, temp.resolve("out").toString(), new StandIn("\"lr\":0.02", m -> never.pass()));

    assertThat(done.result().complete()).as(done.printed()).isEqualTo(2);
    assertThat(done.result().messages().get(0))
        .contains("time-limit: it took longer than secant.run.time-limit = 2s");
    ProcessHandle hanging = never.awaitProcess();
    Await.until("the end of the executor that hangs", () -> !hanging.isAlive(), cluster::printed);
    assertThat(TableFiles.rows(temp.resolve("out"), "steps")).hasSize(2 * StandIn.STEPS);
  }

  @Test
  @Order(6)
  void anApplicationThatIsEndedFailsNoTrial() throws Exception {
    Gate gate = Gate.in(temp, "record");
    TrialExecution gated = new GatedExecution(healthy(), gate, Gate.in(temp, "other").open(), 7);

    Future<SmallSweep.Done> run = inBackground(cut, temp.resolve("out").toString(), gated);
    gate.awaitProcess();
    cluster.endApplication(spark.sparkContext().applicationId());

    assertThatThrownBy(run::get)
        .cause()
        .isInstanceOf(SweepStopped.class)
        // Which of them comes first is a matter of microseconds.
        .hasMessageMatching(
            "the sweep stopped: .*(Master removed our application: KILLED"
                + "|has ended the application).*; run again to go on");
    assertThat(TableFiles.rows(temp.resolve("out"), "trials"))
        .noneMatch(row -> row.contains("status=failed"));
    reopen();
    assertThat(cut.run(spark, temp.resolve("out").toString(), healthy()).result().complete())
        .isEqualTo(2);
  }

  @Test
  @Order(7)
  void aSweepWithoutAnyWorkerEndsAndFailsNoTrial() throws Exception {
    SmallSweep sweep =
        SmallSweep.read(
            SmallSweep.write(
                temp, SmallSweep.mlps("0.01", "0.02", "0.03"), "run.executor-timeout = 3 s"));
    Gate gate = Gate.in(temp, "record");
    TrialExecution gated = new GatedExecution(healthy(), gate, Gate.in(temp, "other").open(), 7);

    Future<SmallSweep.Done> run = inBackground(sweep, temp.resolve("out").toString(), gated);
    gate.awaitProcess();
    cluster.killAllWorkers();

    assertThatThrownBy(run::get)
        .cause()
        .isInstanceOf(SweepStopped.class)
        .hasMessageContaining("has given it no executor for 3s (secant.run.executor-timeout)")
        .hasMessageContaining("run again to go on");
    assertThat(TableFiles.rows(temp.resolve("out"), "trials"))
        .noneMatch(row -> row.contains("status=failed"));
    assertThat(Files.exists(temp.resolve("out/_lock"))).isFalse();
  }

  private static TrialExecution healthy() {
    return new StandIn("no trial is marked", monitor -> {});
  }

  private static Future<SmallSweep.Done> inBackground(
      SmallSweep sweep, String output, TrialExecution execution) {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      return thread.submit(() -> sweep.run(spark, output, execution));
    } finally {
      thread.shutdown();
    }
  }
}
