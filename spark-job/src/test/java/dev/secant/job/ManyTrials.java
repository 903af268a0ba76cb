package dev.secant.job;

import com.sun.management.OperatingSystemMXBean;
import dev.secant.sweep.EngineSettings;
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
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/**
 * What the driver itself costs: thousands of trials of a few steps that are not trained, through
 * the real driver, its tables and its checkpoints; then the same sweep again, all of it done.
 * {@code docs/checks/many-trials.sh} runs it, and {@code docs/checks/driver-kill.sh} kills it.
 */
final class ManyTrials {
  private static final int STEPS = 4;
  private static final int CHECKPOINT_BYTES = 1000;

  /** Paths that this process has walked. */
  private static final LongAdder WALKED = new LongAdder();

  private ManyTrials() {}

  /** A few steps of made-up numbers, with the files that a real path leaves. */
  record FewSteps() implements TrialExecution {
    @Override
    public Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
        throws IOException {
      WALKED.increment();
      for (String name : List.of("boundaries.json", "step-0.safetensors", "final.safetensors")) {
        store.write(name, out -> out.write(new byte[CHECKPOINT_BYTES]));
      }
      EpochRecord epoch = new EpochRecord(0, STEPS, 1.5, 0.5, 1.25, 0.75, Double.NaN);
      Recording recording =
          new Recording(STEPS, List.of(0L, (long) STEPS), "", List.of(epoch), 0, 0);
      store.write("recording.json", out -> out.write(new byte[CHECKPOINT_BYTES]));
      return recording;
    }

    @Override
    public ReplayedSegment replay(
        TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor) {
      List<StepRecord> steps =
          IntStream.range(0, STEPS)
              .mapToObj(
                  step ->
                      new StepRecord(
                          "final",
                          step,
                          0,
                          IntStream.range(0, StepRecord.MEASURES.size())
                              .mapToDouble(measure -> 1 + step + 0.1 * measure)
                              .toArray()))
              .toList();
      IntStream.range(0, 2 * STEPS).forEach(step -> monitor.stepped());
      return new ReplayedSegment(segment, steps, Besides.NOTHING, 0, 0, 0);
    }
  }

  /** Arguments: a folder to write in, and how many trials. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    int trials = Integer.parseInt(arguments[1]);
    Path conf = folder.resolve("many.conf");
    Files.writeString(
        conf,
        """
        secant {
          name = many
          output = %s
          grid {
            architecture = [ {type: mlp, hidden: [4]} ]
            dataset = [ {type: shapes, train: 64, validation: 8} ]
            batch-size = [ 16 ]
            optimizer = [ {type: sgd, lr: 0.1} ]
            seed = [ %s ]
          }
          train.epochs = 1
        }
        """
            .formatted(
                folder.resolve("out"),
                IntStream.range(0, trials)
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(", "))));
    Clock start = Clock.now();
    Sweep sweep = SweepFile.read(conf, List.of(), Optional.empty());
    List<PlannedTrial> planned =
        PlannedTrial.of(sweep.trials(), sweep.measure().references(), folder);
    say("plan", start);
    try (SparkSession spark = spark(2)) {
      start = Clock.now();
      System.out.println(run(spark, sweep, planned, new FewSteps()));
      System.out.println("walked: " + WALKED.sum());
      double milliseconds = say("run", start) * 1000;
      System.out.printf(
          Locale.ROOT, "a trial: %.1f ms%n", milliseconds / Math.max(1, WALKED.sum()));
      Runtime runtime = Runtime.getRuntime();
      System.gc();
      System.out.printf(
          Locale.ROOT,
          "heap: %.0f MB in use, %.0f MB at most%n",
          (runtime.totalMemory() - runtime.freeMemory()) / 1e6,
          runtime.maxMemory() / 1e6);
      start = Clock.now();
      System.out.println(run(spark, sweep, planned, new FewSteps()));
      say("run again", start);
    }
  }

  /** A session of so many slots that talks to nobody. */
  static SparkSession spark(int slots) {
    return SparkSession.builder()
        .master("local[" + slots + "]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.executor.heartbeatInterval", "1s")
        .getOrCreate();
  }

  /** Runs a sweep whose paths are walked in this way. */
  static SweepRun.Result run(
      SparkSession spark, Sweep sweep, List<PlannedTrial> planned, TrialExecution execution)
      throws Exception {
    SweepRun.Plan plan =
        new SweepRun.Plan(
            sweep.output(),
            sweep.measure(),
            sweep.dataRoot(),
            new EngineSettings(EngineSettings.Device.CPU, 1, true),
            RunSettings.PATIENT);
    return new SweepRun(spark, plan, execution, Progress.lines(System.err, true)).run(planned);
  }

  /** Says how long that took, and how long without the other processes of the machine. */
  private static double say(String what, Clock start) {
    Clock now = Clock.now();
    double seconds = (now.nanos - start.nanos) * 1e-9;
    double processor = (now.processorNanos - start.processorNanos) * 1e-9;
    System.out.printf(Locale.ROOT, "%s: %.1f s, %.1f s of a processor%n", what, seconds, processor);
    return seconds;
  }

  private record Clock(long nanos, long processorNanos) {
    static Clock now() {
      OperatingSystemMXBean system =
          ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
      return new Clock(System.nanoTime(), system.getProcessCpuTime());
    }
  }
}
