package dev.secant.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.EngineSettings.Device;
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
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sweeps on executors in processes of their own, with made-up GPUs: which one a task is given is
 * seen without CUDA. In place of the training, trials write down what they were given.
 */
class GpusOfAClusterTest {
  @TempDir Path temp;

  /**
   * Holds the GPU, or the share of one, that its task was given, until so many trials have begun;
   * fails where others have it already.
   *
   * @param share how many trials may have a GPU at once
   * @param atOnce how many trials must have begun before the first ends
   */
  record Holder(String folder, int share, int atOnce) implements TrialExecution {
    private static final String NONE = "no GPU";

    @Override
    public Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
        throws IOException {
      String place =
          Optional.ofNullable(TaskContext.get().resourcesJMap().get("gpu"))
              .map(gpu -> SparkEnv.get().executorId() + ":" + String.join("+", gpu.addresses()))
              .orElse(NONE);
      Optional<Path> held = place.equals(NONE) ? Optional.empty() : Optional.of(hold(place));
      Files.writeString(Path.of(folder, "trial." + task.trialId()), place);
      long start = System.nanoTime();
      while (begun() < atOnce) {
        if (System.nanoTime() - start > Duration.ofMinutes(1).toNanos()) {
          throw new IOException("only " + begun() + " trials at once");
        }
        LockSupport.parkNanos(1_000_000);
      }
      if (held.isPresent()) {
        Files.delete(held.get());
      }
      EpochRecord epoch = new EpochRecord(0, 1, 1.5, 0.5, 1.25, 0.75, Double.NaN);
      return new Recording(1, List.of(0L, 1L), "", List.of(epoch), 0.5, 0.125);
    }

    private Path hold(String place) throws IOException {
      for (int i = 0; i < share; i++) {
        Path held = Path.of(folder, "held." + place + "." + i);
        try {
          return Files.createFile(held);
        } catch (FileAlreadyExistsException e) {
          // Another trial's; the next share may be free.
        }
      }
      throw new IOException(place + " is taken");
    }

    private long begun() throws IOException {
      try (Stream<Path> files = Files.list(Path.of(folder))) {
        return files.filter(file -> file.getFileName().toString().startsWith("trial.")).count();
      }
    }

    @Override
    public ReplayedSegment replay(
        TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor) {
      double[] measures = new double[StepRecord.MEASURES.size()];
      Arrays.fill(measures, 1);
      return new ReplayedSegment(
          segment, List.of(new StepRecord("final", 0, 0, measures)), Besides.NOTHING, 0, 0.25, 0);
    }
  }

  @Test
  void eachTrialHasAGpuForItselfAndSmallOnesHaveNone() throws Exception {
    try (SparkSession spark = cluster(2, 2, "1", "0", "1")) {
      // Four GPUs, all of them busy before the first trial ends, and twice as many trials.
      Map<String, String> whole = run(spark, trials("[8]", 8), 1, 4, 0);

      assertThat(whole).hasSize(8);
      assertThat(Set.copyOf(whole.values())).containsExactlyInAnyOrder("0:0", "0:1", "1:0", "1:1");

      List<PlannedTrial> small = trials("[4]", 3);
      List<PlannedTrial> large = trials("[64]", 3);
      List<PlannedTrial> both = Stream.concat(small.stream(), large.stream()).toList();
      Map<String, String> mixed = run(spark, both, 1, 1, large.get(0).parameters());

      Map<String, String> devices = devices(spark);
      assertThat(mixed).hasSize(6);
      for (PlannedTrial trial : small) {
        assertThat(mixed.get(trial.id())).isEqualTo(Holder.NONE);
        assertThat(devices.get(trial.id())).isEqualTo("cpu");
      }
      for (PlannedTrial trial : large) {
        assertThat(mixed.get(trial.id())).matches("[01]:[01]");
        assertThat(devices.get(trial.id())).isEqualTo("gpu");
      }
    }
  }

  @Test
  void twoTrialsShareAGpu() throws Exception {
    try (SparkSession spark = cluster(1, 1, "0.5", "0")) {
      Map<String, String> places = run(spark, trials("[8]", 5), 2, 2, 0);

      assertThat(places).hasSize(5);
      assertThat(places.values()).containsOnly("0:0");
    }
  }

  @Test
  void whatNoMachineHasIsRefusedAfterAWhile() throws Exception {
    try (SparkSession spark = cluster(1, 2, "1", "0")) {
      assertThatThrownBy(() -> callTheRoll(spark, Duration.ofSeconds(3)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(
              "no task could start within 3s (secant.run.executor-timeout): 0 executors came from local-cluster")
          .hasMessageContaining("spark.executor.resource.gpu.amount = 2")
          .hasMessageContaining("spark.task.resource.gpu.amount = 1");
    }
  }

  @Test
  void addressesThatAreNoNumbersAreRefusedBeforeAnyTrial() throws Exception {
    try (SparkSession spark = cluster(1, 1, "1", "GPU-8932f937")) {
      assertThatThrownBy(() -> callTheRoll(spark, Duration.ofMinutes(1)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("an executor cannot train: Spark assigned the GPU GPU-8932f937")
          .hasMessageContaining("discovery script");
    }
  }

  /**
   * A cluster whose workers have two cores each.
   *
   * @param gpus that each executor asks for
   * @param ofTask the share of them that each task asks for
   * @param addresses that each worker has
   */
  private SparkSession cluster(int workers, int gpus, String ofTask, String... addresses)
      throws IOException {
    Path discovery =
        Files.createFile(
            temp.resolve("gpus.sh"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    String quoted = Stream.of(addresses).map(a -> '"' + a + '"').collect(Collectors.joining(", "));
    Files.writeString(
        discovery,
        """
        #!/bin/sh
        echo '{"name": "gpu", "addresses": [%s]}'
        """
            .formatted(quoted));
    return SparkSession.builder()
        .master("local-cluster[%d,2,1024]".formatted(workers))
        .config("spark.ui.enabled", "false")
        .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
        .config("spark.worker.resource.gpu.amount", addresses.length)
        .config("spark.worker.resource.gpu.discoveryScript", discovery.toString())
        .config("spark.executor.resource.gpu.amount", gpus)
        .config("spark.task.resource.gpu.amount", ofTask)
        .getOrCreate();
  }

  /** Runs trials, all of them complete, and returns where each was. */
  private Map<String, String> run(
      SparkSession spark, List<PlannedTrial> trials, int share, int atOnce, int gpuFrom)
      throws Exception {
    Path folder = Files.createTempDirectory(temp, "places");
    SweepRun.Plan plan =
        new SweepRun.Plan(
            out().toString(),
            sweep("[4]", 1).measure(),
            temp,
            new EngineSettings(Device.GPU, 1, true, gpuFrom, 0),
            RunSettings.PATIENT);
    SweepRun.Result result =
        new SweepRun(
                spark,
                plan,
                new Holder(folder.toString(), share, atOnce),
                Progress.lines(
                    new PrintStream(OutputStream.nullOutputStream(), false, UTF_8), false))
            .run(trials);
    assertThat(result.messages()).isEmpty();
    assertThat(result.complete()).isEqualTo(trials.size());
    Map<String, String> places = new HashMap<>();
    for (PlannedTrial trial : trials) {
      places.put(trial.id(), Files.readString(folder.resolve("trial." + trial.id())));
    }
    return places;
  }

  private void callTheRoll(SparkSession spark, Duration patience) throws Exception {
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    EngineSettings engine = new EngineSettings(Device.GPU, 1, true);
    new RollCall(
            context, new TaskResources(context, engine), new Holder(temp.toString(), 1, 1), engine)
        .hold(trials("[4]", 1), Optional.of(patience));
  }

  /** What the trials' rows say that they computed on, by trial. */
  private Map<String, String> devices(SparkSession spark) {
    return spark
        .read()
        .parquet(out().resolve("trials").toString())
        .select("trial_id", "device")
        .collectAsList()
        .stream()
        .collect(Collectors.toMap(row -> row.get(0).toString(), row -> row.getString(1)));
  }

  private Path out() {
    return temp.resolve("out");
  }

  private List<PlannedTrial> trials(String hidden, int count) throws IOException {
    Sweep sweep = sweep(hidden, count);
    return PlannedTrial.of(sweep.trials(), sweep.measure().references(), temp);
  }

  private Sweep sweep(String hidden, int count) throws IOException {
    Path conf = temp.resolve("sweep.conf");
    Files.writeString(
        conf,
        """
        secant {
          name = gpus
          grid {
            architecture = [ {type: mlp, hidden: %s} ]
            dataset = [ {type: shapes, train: 32, validation: 8} ]
            batch-size = [ 16 ]
            optimizer = [ {type: sgd, lr: 0.1} ]
            seed = %s
          }
          train.epochs = 1
        }
        """
            .formatted(hidden, IntStream.range(0, count).boxed().toList()));
    return SweepFile.read(conf, List.of(), Optional.empty());
  }
}
