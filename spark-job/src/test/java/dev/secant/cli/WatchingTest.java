package dev.secant.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.secant.config.InputException;
import dev.secant.job.Output;
import dev.secant.job.PlannedTrial;
import dev.secant.job.Progress;
import dev.secant.job.SweepProgress;
import dev.secant.job.SweepRun;
import dev.secant.job.SweepStatus;
import dev.secant.job.TrialExecution;
import dev.secant.job.TrialTask;
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
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.layout.template.json.JsonTemplateLayout;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is seen of a sweep from outside: over HTTP, in the log, and by {@code secant status}. */
class WatchingTest {
  /** Of the 64 samples in batches of 16 that the plan knows of, four times. */
  private static final int STEPS = 16;

  private static final int BLOCKED_AT = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String SECRET = "not-for-anybodys-eyes";
  private static final Map<String, String> PROPERTIES =
      Map.of(
          "spark.master",
          "local[2]",
          "spark.ui.enabled",
          "true",
          "spark.ui.port",
          "0",
          "spark.hadoop.fs.s3a.access.key",
          SECRET,
          "spark.hadoop.fs.s3a.secret.key",
          SECRET,
          "spark.hadoop.fs.s3a.session.token",
          SECRET);

  private static SparkSession spark;
  @TempDir Path temp;
  private final Lines log = new Lines();

  @BeforeAll
  static void start() {
    PROPERTIES.forEach(System::setProperty);
    spark = Sessions.open();
  }

  @AfterAll
  static void stop() {
    PROPERTIES.keySet().forEach(System::clearProperty);
    spark.stop();
  }

  @BeforeEach
  void listen() {
    log.start();
    Configuration configuration = LoggerContext.getContext(false).getConfiguration();
    LoggerConfig secant = configuration.getLoggerConfig("dev.secant");
    secant.setLevel(Level.INFO);
    secant.addAppender(log, Level.INFO, null);
    secant.setAdditive(false);
    LoggerContext.getContext(false).updateLoggers();
  }

  @AfterEach
  void listenNoMore() {
    LoggerContext.getContext(false).reconfigure();
  }

  @Test
  void metricsAndJobsSayWhatTheTablesSay() throws Exception {
    SweepRun.Result result = run(new StandIn(), 3, "0.1, 0.2, 0.3");

    assertThat(result.failed()).isEqualTo(1);
    Row tables =
        spark
            .sql(
                "SELECT sum(record_seconds), sum(replay_seconds), 2 * sum(steps),"
                    + " sum(data_wait_share * (record_seconds + replay_seconds)),"
                    + " count_if(status = 'complete'), count_if(status = 'failed') FROM trials")
            .head();
    Map<String, Double> metrics = metrics();
    assertThat(metrics.get("record_seconds")).isCloseTo(tables.getDouble(0), within(1e-9));
    assertThat(metrics.get("replay_seconds")).isCloseTo(tables.getDouble(1), within(1e-9));
    assertThat(metrics.get("steps")).isEqualTo(tables.getLong(2));
    assertThat(metrics.get("wait_seconds")).isCloseTo(tables.getDouble(3), within(1e-9));
    assertThat(metrics.get("trials_complete")).isEqualTo(tables.getLong(4)).isEqualTo(2);
    assertThat(metrics.get("trials_failed")).isEqualTo(tables.getLong(5)).isEqualTo(1);
    assertThat(metrics)
        .containsEntry("trials_planned", 3.0)
        .containsEntry("trials_waiting", 0.0)
        .containsEntry("trials_running", 0.0)
        .containsEntry("trials_diverged", 0.0)
        .containsEntry("trials_drifted", 0.0)
        .containsEntry("seconds_left", 0.0)
        .containsEntry("checkpoint_bytes", 2 * 5.0);
    assertThat(metrics.get("checkpoint_seconds")).isPositive();
    assertThat(metrics.get("steps_per_second")).isPositive();

    String id = complete();
    List<String> jobs = new ArrayList<>();
    for (JsonNode job : json("/jobs")) {
      if (job.path("jobGroup").asText().equals(id)) {
        jobs.add(0, job.path("description").asText());
      }
    }
    String trial = "trial " + id + ": mlp, shapes, batch 16, sgd lr 0.1, seed 0: ";
    assertThat(jobs)
        .containsExactly(
            trial + "record (3 segments)",
            trial + "replay (3 segments)",
            trial + "write (3 segments)");
    assertThat(get("/api/v1/applications/" + application() + "/environment"))
        .contains("fs.s3a.secret.key")
        .doesNotContain(SECRET);
  }

  @Test
  void everyLineOfATrialNamesIt() throws Exception {
    run(new StandIn(), 3, "0.1, 0.3");

    String id = complete();
    assertThat(log.of(id, "pass", "record"))
        .containsSubsequence(
            "record begins at step 0",
            "wrote step-0.safetensors: 2 bytes",
            "recorded 16 steps in 0.5 s");
    assertThat(log.of(id, "segment", "1"))
        .containsExactly("replay begins at step 5", "replayed 5 steps in 0.25 s, drift 0.0");
    assertThat(log.of(id, "trial_id", id))
        .startsWith("trial " + id + " begins: mlp, shapes, batch 16, sgd lr 0.1, seed 0")
        .endsWith("trial " + id + " ends: 16 steps, 1.25 s");
    assertThat(log.lines)
        .anyMatch(line -> line.message().startsWith("failed, bad-data: ") && line.inATask())
        .allMatch(line -> line.context().get("trial_id").matches("[0-9a-f]{12}"));
    // As Spark writes it where spark.log.structuredLogging.enabled is set.
    JsonNode structured = new ObjectMapper().readTree(log.lines.get(0).structured());
    assertThat(structured.path("context").path("trial_id").asText()).matches("[0-9a-f]{12}");
  }

  @Test
  void statusTellsOfARunThatIsUnderWay() throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<SweepRun.Result> result =
          other.submit(() -> run(new Blocking(), 0, "0.1, 0.2, 0.3, 0.4"));
      SweepStatus status =
          await(
              () -> SweepStatus.of(spark, output()),
              now ->
                  now.counts().values().stream().mapToInt(Integer::intValue).sum() == 3
                      && now.run().filter(run -> !run.running().isEmpty()).isPresent()
                      && now.run().get().running().get(0).step() == BLOCKED_AT);

      assertThat(status.counts()).isEqualTo(Map.of("complete", 2, "failed", 1));
      assertThat(status.running()).isEqualTo(1);
      assertThat(status.left()).isZero();
      assertThat(status.seen()).isPresent();
      SweepProgress run = status.run().orElseThrow();
      assertThat(run.pid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(run.application()).isEqualTo(application());
      assertThat(run.running()).hasSize(1);
      SweepProgress.Running running = run.running().get(0);
      assertThat(running.pass()).isEqualTo("record");
      assertThat(running.steps()).isEqualTo(STEPS);
      assertThat(running.name()).isEqualTo("mlp, shapes, batch 16, sgd lr 0.4, seed 0");
      assertThat(metrics())
          .containsEntry("trials_running", 1.0)
          .containsEntry("steps", 2.0 * 2 * STEPS + BLOCKED_AT);

      String told = statusOfAnotherProcess();
      assertThat(told)
          .startsWith(
              """
              complete  2
              diverged  0
              drifted   0
              failed    1
              running   1
              left      0
              """)
          .contains("run by    process " + run.pid() + " on " + run.host())
          .contains("speed     ", "time left ", "by the clock of the file system; beat ")
          .containsPattern(running.trialId() + " +record +5 +16 +mlp, shapes, batch 16")
          .containsPattern("[0-9a-f]{12} +failed +bad-data: the data is torn");
      String file = Files.readString(temp.resolve("out/_progress"));
      assertThat(file + Files.readString(temp.resolve("out/_sweep"))).doesNotContain(SECRET);

      Blocking.RELEASE.countDown();
      assertThat(result.get().complete()).isEqualTo(3);
    } finally {
      Blocking.RELEASE.countDown();
      other.shutdownNow();
    }
    assertThat(temp.resolve("out/_progress")).doesNotExist();
    assertThat(SweepStatus.of(spark, output()).run()).isEmpty();
  }

  /** A path of made-up numbers; the learning rate 0.3 fails. */
  record StandIn() implements TrialExecution {
    @Override
    public Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
        throws IOException {
      monitor.begins(Monitor.Pass.RECORD, 0);
      if (task.json().contains("\"lr\":0.3")) {
        throw new InputException("the data is torn");
      }
      store.write("step-0.safetensors", out -> out.write(new byte[2]));
      for (int step = 0; step < STEPS; step++) {
        monitor.stepped();
      }
      store.write("final.safetensors", out -> out.write(new byte[] {1, 2, 3}));
      List<Long> boundaries = new ArrayList<>();
      for (int i = 0; i <= segments; i++) {
        boundaries.add((long) STEPS * i / segments);
      }
      return new Recording(
          STEPS,
          boundaries,
          "",
          List.of(new EpochRecord(0, STEPS, 1.5, 0.5, 1.25, 0.75, Double.NaN)),
          0.5,
          0.125);
    }

    @Override
    public ReplayedSegment replay(
        TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor) {
      long from = recording.boundaries().get(segment);
      monitor.begins(Monitor.Pass.REPLAY, from);
      List<StepRecord> steps = new ArrayList<>();
      for (long t = from; t < recording.boundaries().get(segment + 1); t++) {
        double[] measures = new double[StepRecord.MEASURES.size()];
        Arrays.fill(measures, Double.NaN);
        measures[StepRecord.indexOf("update_norm")] = 1;
        steps.add(new StepRecord("final", t, 0, measures));
        monitor.stepped();
      }
      return new ReplayedSegment(segment, steps, Besides.NOTHING, 0, 0.25, 0.0625);
    }
  }

  /** The same, but that the learning rate 0.4 waits in the middle of its path. */
  record Blocking() implements TrialExecution {
    private static final CountDownLatch RELEASE = new CountDownLatch(1);

    @Override
    public Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
        throws IOException {
      Monitor blocking =
          new Monitor() {
            private int step;

            @Override
            public void begins(Pass pass, long from) {
              monitor.begins(pass, from);
            }

            @Override
            public void stepped() {
              monitor.stepped();
              step++;
              if (step == BLOCKED_AT && task.json().contains("\"lr\":0.4")) {
                try {
                  RELEASE.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
            }

            @Override
            public boolean stopped() {
              return monitor.stopped();
            }
          };
      return new StandIn().record(task, segments, store, blocking);
    }

    @Override
    public ReplayedSegment replay(
        TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor) {
      return new StandIn().replay(task, recording, segment, store, monitor);
    }
  }

  /** A line of the log; its context, and what Spark's JSON layout makes of it. */
  private record Line(
      String thread, String message, Map<String, String> context, String structured) {
    boolean inATask() {
      return thread.startsWith("Executor task launch worker");
    }
  }

  /** Keeps the lines of the log. */
  private static final class Lines extends AbstractAppender {
    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private final JsonTemplateLayout layout =
        JsonTemplateLayout.newBuilder()
            .setConfiguration(LoggerContext.getContext(false).getConfiguration())
            .setEventTemplateUri("classpath:org/apache/spark/SparkLayout.json")
            .build();

    Lines() {
      super("lines", null, null, false, Property.EMPTY_ARRAY);
    }

    @Override
    public void append(LogEvent event) {
      lines.add(
          new Line(
              event.getThreadName(),
              event.getMessage().getFormattedMessage(),
              event.getContextData().toMap(),
              layout.toSerializable(event)));
    }

    List<String> of(String trial, String key, String value) {
      return lines.stream()
          .filter(line -> trial.equals(line.context().get("trial_id")))
          .filter(line -> value.equals(line.context().get(key)))
          .map(line -> line.message().replaceFirst(" bytes in .*", " bytes"))
          .toList();
    }
  }

  private SweepRun.Result run(TrialExecution execution, int segments, String rates)
      throws Exception {
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
          }
        }
        """
            .formatted(
                Stream.of(rates.split(", "))
                    .map(lr -> "{type: sgd, lr: " + lr + "}")
                    .collect(Collectors.joining(", "))));
    Sweep sweep = SweepFile.read(conf, List.of(), Optional.empty());
    Measure measure =
        new Measure(
            Measure.STEPS.references(),
            Measure.Probes.NONE,
            Measure.Lags.NONE,
            0,
            0,
            Measure.Mode.AUTO,
            0,
            segments,
            false);
    SweepRun run =
        new SweepRun(
            spark,
            new SweepRun.Plan(
                temp.resolve("out").toString(),
                measure,
                temp,
                new EngineSettings(EngineSettings.Device.CPU, 1, true),
                RunSettings.PATIENT),
            execution,
            Progress.lines(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), false));
    SweepRun.Result result =
        run.run(PlannedTrial.of(sweep.trials(), sweep.measure().references(), temp));
    output().createViews(spark);
    return result;
  }

  private Output output() {
    return new Output(temp.resolve("out").toString(), spark.sparkContext().hadoopConfiguration());
  }

  /** The trial with the learning rate 0.1. */
  private static String complete() {
    return spark.sql("SELECT trial_id FROM trials WHERE learning_rate = 0.1").head().getString(0);
  }

  private static <T> T await(Supplier<T> look, java.util.function.Predicate<T> until) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    T seen = look.get();
    while (!until.test(seen) && System.nanoTime() < deadline) {
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      seen = look.get();
    }
    assertThat(until.test(seen)).as("%s", seen).isTrue();
    return seen;
  }

  private String statusOfAnotherProcess() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            argument -> argument.startsWith("--add-opens") || argument.startsWith("-XX:+Ignore"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Dspark.master=local[1]",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "status",
            temp.resolve("out").toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(told).isZero();
    return told;
  }

  private static String application() {
    return spark.sparkContext().applicationId();
  }

  private static JsonNode json(String path) throws Exception {
    return new ObjectMapper().readTree(get("/api/v1/applications/" + application() + path));
  }

  /** The metrics of a sweep, by the ends of their names. */
  private static Map<String, Double> metrics() {
    Map<String, Double> metrics = new HashMap<>();
    String prefix = "metrics_secant_driver_plugin_dev_secant_job_MetricsPlugin_";
    String text = get("/metrics/prometheus/");
    assertThat(text).doesNotContain(SECRET);
    text.lines()
        .filter(line -> line.startsWith(prefix) && line.contains("_Value{"))
        .forEach(
            line ->
                metrics.put(
                    line.substring(prefix.length(), line.indexOf("_Value{")),
                    Double.valueOf(line.substring(line.indexOf(' ') + 1))));
    return metrics;
  }

  private static String get(String path) {
    // The page names the host; the port is what counts.
    int port = URI.create(spark.sparkContext().uiWebUrl().get()).getPort();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    try {
      HttpResponse<String> response =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(path).isEqualTo(200);
      return response.body();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
