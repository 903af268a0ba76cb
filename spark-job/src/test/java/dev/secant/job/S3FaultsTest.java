package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import dev.secant.job.FaultyWire.Fate;
import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Measure;
import dev.secant.sweep.RunSettings;
import dev.secant.sweep.Sweep;
import dev.secant.sweep.SweepFile;
import dev.secant.table.StepRecord;
import dev.secant.table.Table;
import dev.secant.table.TrialRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.MultipartUploader;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outputs in a bucket of a real S3 server, over a wire that fails. */
class S3FaultsTest {
  private static final int MEGABYTE = 1 << 20;

  @TempDir static Path home;
  private static S3Server server;
  private static SparkSession spark;
  @TempDir Path temp;
  private FaultyWire wire;
  private String bucket;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start(home);
    spark =
        SparkSession.builder().master("local[2]").config("spark.ui.enabled", "false").getOrCreate();
  }

  @AfterAll
  static void stop() throws Exception {
    spark.stop();
    server.close();
  }

  /** A bucket a test: Hadoop keeps a client for each. */
  @BeforeEach
  void connect(TestInfo test) throws IOException {
    bucket =
        "faults-" + Integer.toHexString((test.getTestMethod() + test.getDisplayName()).hashCode());
    wire = FaultyWire.to(server.port());
    Configuration settings = spark.sparkContext().hadoopConfiguration();
    S3Server.settings(bucket, wire.port()).forEach(settings::set);
    settings.set("fs.s3a.retry.interval", "20ms");
    settings.set("fs.s3a.retry.throttle.interval", "20ms");
    settings.set("fs.s3a.retry.limit", "4");
    settings.set("fs.s3a.attempts.maximum", "0");
    settings.set("fs.s3a.performance.flags", "create,delete,mkdir");
    settings.set("fs.s3a.multipart.size", "5M");
    settings.set("fs.s3a.multipart.threshold", "5M");
  }

  @Test
  void aWriterThatThrowsLeavesNeitherAnObjectNorAnUpload() throws Exception {
    server.create(bucket);
    Output output = output();
    for (int megabytes : new int[] {0, 1, 12}) {
      assertThatThrownBy(
              () ->
                  WholeFile.write(
                      output.files(),
                      new org.apache.hadoop.fs.Path(output.root(), "broken"),
                      out -> {
                        try (out) {
                          out.write(new byte[megabytes * MEGABYTE]);
                          throw new IllegalStateException("broken");
                        }
                      }))
          .hasMessage("broken");
    }
    assertThatThrownBy(
            () ->
                ParquetRows.write(
                    output.files(),
                    new org.apache.hadoop.fs.Path(output.root(), "part.parquet"),
                    StepRecord.TABLE,
                    List.<Object[]>of(new Object[StepRecord.TABLE.columns().size()])))
        .hasMessageContaining("no reference in steps");

    // The server keeps bytes that it was receiving at that moment, of an upload that is no more.
    assertThat(server.objects(bucket)).allMatch(object -> object.startsWith(".mpus-"));
    try (MultipartUploader uploads =
        output.files().createMultipartUploader(output.root()).build()) {
      assertThat(uploads.abortUploadsUnderPath(output.root()).get()).isZero();
    }
    // So many bytes do go up before the end, or this would show nothing.
    assertThat(wire.seen()).anyMatch(request -> request.target().endsWith("broken?uploads"));
  }

  @Test
  void anObjectIsReplacedWhole() throws IOException {
    server.create(bucket);
    Output output = output();
    org.apache.hadoop.fs.Path file = output.write("file", new byte[12 * MEGABYTE]);
    output.write("file", "second".getBytes(StandardCharsets.US_ASCII));

    assertThat(output.files().getFileStatus(file).getLen()).isEqualTo(6);
    assertThat(server.objects(bucket)).containsExactly("out/file");
  }

  @Test
  void whatADeadProcessHadOnItsWayIsGoneAfterTheNextRun() throws Exception {
    server.create(bucket);
    FSDataOutputStream never =
        output().files().create(new org.apache.hadoop.fs.Path(output().root(), "steps/torn"));
    never.write(new byte[12 * MEGABYTE]);
    never.flush();
    while (server.objects(bucket).stream().filter(object -> object.matches(".*/torn-[12]")).count()
        < 2) {
      Thread.onSpinWait();
    }

    assertThat(run("0.1").complete()).isEqualTo(1);

    assertThat(server.objects(bucket)).allMatch(S3FaultsTest::isOfAFinishedSweep).isNotEmpty();
  }

  /** What a server that keeps objects as files has after it was killed in the middle of one. */
  @Test
  void foldersThatAreListedAndHoldNothingAreNoTrials() throws Exception {
    server.create(bucket);
    assertThat(run("0.1").complete()).isEqualTo(1);
    String second = plan("0.2").get(0).id();
    for (Table table : Output.TABLES) {
      Files.createDirectories(
          home.resolve("buckets")
              .resolve(bucket)
              .resolve("out/" + table.name() + "/trial_id=" + second));
    }
    assertThat(output().names(output().folder(TrialRecord.TABLE))).contains("trial_id=" + second);

    assertThat(output().committed()).hasSize(1).doesNotContainKey(second);
    assertSameAsLocal("0.1");

    assertThat(run("0.1", "0.2").complete()).isEqualTo(2);
    assertSameAsLocal("0.1", "0.2");
  }

  @Test
  void oneDriverAtATime() throws Exception {
    server.create(bucket);
    try (OutputLock lock = OutputLock.take(output())) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(() -> run("0.1"))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("is being written by another run (process ");
      assertThat(server.objects(bucket)).hasSize(1);
    }
    assertThat(server.objects(bucket)).isEmpty();
  }

  @Test
  void aBucketThatIsMissingIsRefused() {
    assertThatThrownBy(() -> run("0.1"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("output s3a://" + bucket + "/out cannot be")
        .hasMessageContaining("ucket");
  }

  @Test
  void aBucketThatCannotBeWrittenIsRefused() throws IOException {
    server.create(bucket);
    wire.decide(
        request ->
            request.method().equals("GET") || request.method().equals("HEAD")
                ? Fate.PASS
                : Fate.FORBIDDEN);

    assertThatThrownBy(() -> run("0.1"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("output s3a://" + bucket + "/out cannot be written")
        .hasMessageContaining("AccessDenied");
    assertThat(server.objects(bucket)).isEmpty();
  }

  @Test
  void aRunCompletesOverAWireThatFailsNowAndThen() throws Exception {
    server.create(bucket);
    AtomicInteger number = new AtomicInteger();
    wire.decide(
        request ->
            switch (number.incrementAndGet() % 37) {
              case 5, 21 -> Fate.SLOW_DOWN;
              case 9 -> Fate.ERROR;
              case 13, 30 -> Fate.LOST;
              case 17 -> Fate.UNANSWERED;
              default -> Fate.PASS;
            });

    SweepRun.Result result = run("0.1", "0.2");

    assertThat(result.complete()).as("%s", result.messages()).isEqualTo(2);
    assertThat(number).hasValueGreaterThan(2 * 37);
    assertThat(server.objects(bucket)).allMatch(S3FaultsTest::isOfAFinishedSweep);
    assertSameAsLocal("0.1", "0.2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"steps", "trials"})
  void aRunThatCannotWriteRowsStopsAndTheNextOneGoesOn(String table) throws Exception {
    server.create(bucket);
    String second = plan("0.2").get(0).id();
    wire.decide(request -> isPut(request, "out/" + table, second) ? Fate.ERROR : Fate.PASS);

    assertThatThrownBy(() -> run("0.1", "0.2"))
        .isInstanceOf(SweepStopped.class)
        .hasMessageContaining("out/" + table + "/trial_id=" + second)
        .hasMessageContaining("run again to go on");
    assertThat(output().committed()).doesNotContainKey(second);

    wire.decide(request -> Fate.PASS);
    assertThat(run("0.1", "0.2").complete()).isEqualTo(2);
    assertThat(server.objects(bucket)).allMatch(S3FaultsTest::isOfAFinishedSweep);
    assertSameAsLocal("0.1", "0.2");
  }

  private static boolean isPut(FaultyWire.Request request, String folder, String trial) {
    return request.method().equals("PUT")
        && request.target().contains(folder)
        && request.target().contains(trial);
  }

  private void assertSameAsLocal(String... rates) throws Exception {
    List<String> remote = rows(output());
    Path local = temp.resolve("local");
    runTo(local.toString(), rates);
    assertThat(remote)
        .isEqualTo(rows(new Output(local.toString(), spark.sparkContext().hadoopConfiguration())))
        .hasSizeGreaterThan(rates.length);
  }

  private static List<String> rows(Output output) {
    output.createViews(spark);
    List<String> rows = new ArrayList<>();
    for (String query :
        List.of(
            "SELECT * FROM steps ORDER BY trial_id, step",
            "SELECT * FROM epochs ORDER BY trial_id, epoch",
            "SELECT trial_id, status, steps, replay_drift FROM trials ORDER BY trial_id")) {
      spark.sql(query).collectAsList().stream().map(Row::toString).forEach(rows::add);
    }
    return rows;
  }

  static boolean isOfAFinishedSweep(String object) {
    return object.equals("out/_sweep")
        || object.matches("out/[a-z]+/trial_id=[0-9a-f]{12}/part-\\d{5}\\.parquet");
  }

  private SweepRun.Result run(String... rates) throws Exception {
    return runTo("s3a://" + bucket + "/out", rates);
  }

  private SweepRun.Result runTo(String target, String... rates) throws Exception {
    SweepRun.Plan plan =
        new SweepRun.Plan(
            target,
            new Measure(
                Measure.STEPS.references(),
                Measure.Probes.NONE,
                Measure.Lags.NONE,
                0,
                0,
                Measure.Mode.AUTO,
                0,
                2,
                false),
            temp,
            new EngineSettings(EngineSettings.Device.CPU, 1, true),
            RunSettings.PATIENT);
    Path diary = Files.createDirectories(temp.resolve("diary"));
    PrintStream printed =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return new SweepRun(
            spark, plan, new SweepRunTest.StandIn(diary), Progress.lines(printed, false))
        .run(plan(rates));
  }

  private List<PlannedTrial> plan(String... rates) throws IOException {
    Path conf = temp.resolve("sweep.conf");
    Files.writeString(
        conf,
        """
        secant.grid {
          architecture = [ {type: mlp, hidden: [4]} ]
          dataset = [ {type: shapes, train: 64, validation: 8} ]
          batch-size = [ 16 ]
          optimizer = [ {type: sgd, lr: %s} ]
        }
        """
            .formatted(String.join("}, {type: sgd, lr: ", rates)));
    Sweep sweep = SweepFile.read(conf, List.of(), Optional.empty());
    return PlannedTrial.of(sweep.trials(), sweep.measure().references(), temp);
  }

  private Output output() {
    return new Output("s3a://" + bucket + "/out", spark.sparkContext().hadoopConfiguration());
  }
}
