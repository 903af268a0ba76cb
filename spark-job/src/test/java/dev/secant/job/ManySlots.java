package dev.secant.job;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/**
 * How soon a single trial ends on an idle cluster of many slots, whatever the machine: its steps
 * take their time without a core, and all else is real: how many segments it is cut into, its
 * checkpoints, Spark's tasks, its tables. {@code docs/checks/many-slots.sh} runs it.
 */
final class ManySlots {
  private static final int STEPS = 400;
  private static final Duration STEP = Duration.ofMillis(100);
  private static final double PASS_SECONDS = STEPS * STEP.toMillis() / 1e3;

  private ManySlots() {}

  /** A path whose steps take time alone. */
  record TimeAlone(int checkpointBytes) implements TrialExecution {

    @Override
    public Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
        throws IOException {
      List<Long> boundaries = new ArrayList<>(List.of(0L));
      byte[] checkpoint = new byte[checkpointBytes];
      for (int segment = 0; segment < segments; segment++) {
        long until = (long) STEPS * (segment + 1) / segments;
        walk(until - boundaries.get(segment), monitor);
        store.write("step-" + until + ".safetensors", out -> out.write(checkpoint));
        boundaries.add(until);
      }
      EpochRecord epoch = new EpochRecord(0, STEPS, 1.5, 0.5, 1.25, 0.75, Double.NaN);
      return new Recording(STEPS, boundaries, "", List.of(epoch), PASS_SECONDS, 0);
    }

    @Override
    public ReplayedSegment replay(
        TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor) {
      long from = recording.boundaries().get(segment);
      long until = recording.boundaries().get(segment + 1);
      walk(until - from, monitor);
      return new ReplayedSegment(
          segment,
          IntStream.range((int) from, (int) until).mapToObj(TimeAlone::row).toList(),
          Besides.NOTHING,
          0,
          (until - from) * STEP.toMillis() / 1e3,
          0);
    }

    private static void walk(long steps, Monitor monitor) {
      long start = System.nanoTime();
      for (long step = 1; step <= steps; step++) {
        long left;
        while ((left = start + step * STEP.toNanos() - System.nanoTime()) > 0) {
          LockSupport.parkNanos(left);
        }
        monitor.stepped();
      }
    }

    private static StepRecord row(int step) {
      double[] measures =
          IntStream.range(0, StepRecord.MEASURES.size()).mapToDouble(i -> 1 + step + i).toArray();
      return new StepRecord("final", step, 0, measures);
    }
  }

  /** Arguments: a folder to write in, then numbers of slots. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    System.out.printf(Locale.ROOT, "a pass alone: %.1f s%n", PASS_SECONDS);
    for (String slots : List.of(arguments).subList(1, arguments.length)) {
      measure(folder.resolve(slots + "-slots"), Integer.parseInt(slots));
    }
  }

  private static void measure(Path folder, int slots) throws Exception {
    Path conf = Files.createDirectories(folder).resolve("one.conf");
    // Its expected time, before anything is measured, is about that of the steps above.
    Files.writeString(
        conf,
        """
        secant {
          name = one
          output = %s
          grid {
            architecture = [ {type: mlp, hidden: [256]} ]
            dataset = [ {type: shapes, train: 3200, validation: 8} ]
            batch-size = [ 800 ]
            optimizer = [ {type: momentum, lr: 0.1} ]
            seed = [ 0 ]
          }
          train.epochs = %d
          measure.mode = replay
        }
        """
            .formatted(folder.resolve("out"), STEPS / 4));
    Sweep sweep = SweepFile.read(conf, List.of(), Optional.empty());
    List<PlannedTrial> trials =
        PlannedTrial.of(sweep.trials(), sweep.measure().references(), folder);
    TrialExecution execution = new TimeAlone((int) trials.get(0).checkpointBytes());
    try (SparkSession spark = ManyTrials.spark(slots)) {
      long start = System.nanoTime();
      ManyTrials.run(spark, sweep, trials, execution);
      double seconds = (System.nanoTime() - start) * 1e-9;
      int segments =
          spark
              .read()
              .parquet(sweep.output() + "/trials")
              .first()
              .<Number>getAs("segments")
              .intValue();
      System.out.printf(
          Locale.ROOT,
          "%d slots: %d segments, %.1f s to its row; (1 + 1/%d) x 1.1 passes are %.1f s%n",
          slots,
          segments,
          seconds,
          slots,
          PASS_SECONDS * (1 + 1.0 / slots) * 1.1);
    }
  }
}
