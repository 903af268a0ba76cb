package dev.secant.job;

import dev.secant.engine.Engine;
import dev.secant.geometry.GammaNull;
import dev.secant.sweep.Sweep;
import dev.secant.sweep.Trial;
import dev.secant.sweep.TrialId;
import dev.secant.table.EpochRecord;
import dev.secant.table.StepRecord;
import dev.secant.table.TrialRecord;
import dev.secant.training.Monitor;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A sweep on Spark: every trial in jobs of its own, as many at once as there are slots, longest
 * first. A trial's record pass is one task; its replay one task a segment; its rows are written to
 * folders of its own, the row in {@code trials} last.
 */
public final class SweepRun {
  private static final int STEPS_A_SEGMENT = 500;
  private static final int MOST_SEGMENTS = 8;

  /**
   * How a run ended.
   *
   * @param skipped trials that were complete before
   * @param unfinished trials that did not end as complete
   */
  public record Result(int trials, int skipped, int unfinished) {}

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final Sweep sweep;
  private final TrialExecution execution;
  private final Output output;
  private final LongAccumulator steps;
  private final SerializableConfiguration hadoop;
  private final int slots;

  public SweepRun(SparkSession spark, Sweep sweep) {
    this(spark, sweep, new EngineExecution(sweep.dataRoot(), sweep.engine().threads()));
  }

  SweepRun(SparkSession spark, Sweep sweep, TrialExecution execution) {
    this.spark = spark;
    this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.sweep = sweep;
    this.execution = execution;
    this.output = new Output(sweep.output(), spark);
    this.steps = spark.sparkContext().longAccumulator("steps");
    this.hadoop = new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
    this.slots = Math.max(1, context.defaultParallelism());
  }

  /**
   * Runs what is not complete yet.
   *
   * @param live whether {@code out} is a terminal
   * @throws dev.secant.config.InputException where the output cannot be written
   */
  public Result run(List<PlannedTrial> plan, PrintStream out, boolean live) throws IOException {
    output.prepare();
    Map<String, String> statuses = output.committed();
    Set<String> settled = new HashSet<>(statuses.keySet());
    for (PlannedTrial planned : plan) {
      String id = planned.trial().id().value();
      if (Set.of("failed", "drifted").contains(statuses.getOrDefault(id, ""))) {
        output.uncommit(id);
        settled.remove(id);
      }
    }
    output.removeLeftovers(settled, sweep.measure().keepCheckpoints());
    List<PlannedTrial> open =
        plan.stream()
            .filter(planned -> !settled.contains(planned.trial().id().value()))
            .sorted(Comparator.comparingDouble(PlannedTrial::cost).reversed())
            .toList();
    int diverged =
        (int)
            plan.stream()
                .filter(p -> "diverged".equals(statuses.get(p.trial().id().value())))
                .count();
    int unfinished = diverged + runAll(open, out, live);
    return new Result(plan.size(), plan.size() - open.size(), unfinished);
  }

  private int runAll(List<PlannedTrial> open, PrintStream out, boolean live) throws IOException {
    double cost = open.stream().mapToDouble(PlannedTrial::cost).sum();
    AtomicInteger left = new AtomicInteger(open.size());
    ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, Math.min(slots, open.size())));
    int unfinished = 0;
    try (Progress progress = new Progress(out, live, open.size(), cost, steps)) {
      spark.sparkContext().addSparkListener(progress);
      List<Future<Boolean>> ends = new ArrayList<>();
      for (PlannedTrial planned : open) {
        ends.add(
            pool.submit(
                () -> {
                  boolean complete = runTrial(planned, left.getAndDecrement());
                  progress.trialEnded(planned.cost(), complete);
                  return complete;
                }));
      }
      for (Future<Boolean> end : ends) {
        unfinished += end.get() ? 0 : 1;
      }
      return unfinished;
    } catch (ExecutionException e) {
      // Not a trial's fault: the output or the cluster is gone.
      throw new IOException("the sweep stopped: " + Attempt.message(e.getCause()), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the sweep was interrupted", e);
    } finally {
      pool.shutdownNow();
    }
  }

  /** Runs and commits one trial; true where it is complete. */
  private boolean runTrial(PlannedTrial planned, int trialsLeft) throws IOException {
    TrialId id = planned.trial().id();
    context.setJobDescription("record " + id);
    Attempt<Recording> attempt = record(planned, segments(planned, trialsLeft));
    Map<String, Object> row = row(planned);
    if (attempt instanceof Attempt.Failed<Recording> failed) {
      return fail(id, row, failed.category(), failed.message());
    }
    Recording recording = ((Attempt.Done<Recording>) attempt).value();
    context.setJobDescription("replay " + id);
    JavaRDD<Attempt<ReplayedSegment>> segments = replay(planned, recording);
    try {
      List<Replayed> replayed = segments.map(Replayed::of).collect();
      for (Replayed segment : replayed) {
        if (!segment.category.isEmpty()) {
          return fail(id, row, segment.category, segment.message);
        }
      }
      output.write(StepRecord.TABLE, id, stepRows(segments, replayed));
      return commit(id, row, recording, replayed);
    } finally {
      segments.unpersist();
    }
  }

  private Attempt<Recording> record(PlannedTrial planned, int segments) {
    TrialExecution execution = this.execution;
    SerializableConfiguration hadoop = this.hadoop;
    LongAccumulator steps = this.steps;
    String checkpoints = output.checkpoints(planned.trial().id().value()).toString();
    return context
        .parallelize(List.of(planned.trial().canonicalJson()), 1)
        .map(
            trial ->
                Attempt.of(
                    () ->
                        execution.record(
                            trial,
                            segments,
                            new HadoopCheckpoints(new Path(checkpoints), hadoop.value()),
                            monitor(steps))))
        .collect()
        .get(0);
  }

  private JavaRDD<Attempt<ReplayedSegment>> replay(PlannedTrial planned, Recording recording) {
    TrialExecution execution = this.execution;
    SerializableConfiguration hadoop = this.hadoop;
    LongAccumulator steps = this.steps;
    String checkpoints = output.checkpoints(planned.trial().id().value()).toString();
    String trial = planned.trial().canonicalJson();
    int parts = recording.segments();
    return context
        .parallelize(IntStream.range(0, parts).boxed().toList(), Math.max(1, parts))
        .map(
            segment ->
                Attempt.of(
                    () ->
                        execution.replay(
                            trial,
                            recording,
                            segment,
                            new HadoopCheckpoints(new Path(checkpoints), hadoop.value()),
                            monitor(steps))))
        .persist(StorageLevel.MEMORY_AND_DISK());
  }

  private static Monitor monitor(LongAccumulator steps) {
    TaskContext task = TaskContext.get();
    return new Monitor() {
      @Override
      public void stepped() {
        steps.add(1);
      }

      @Override
      public boolean stopped() {
        return task.isInterrupted();
      }
    };
  }

  /** What the driver needs of a segment: everything but its rows. */
  private record Replayed(
      double[] updateNorms, double drift, double seconds, String category, String message)
      implements Serializable {
    static Replayed of(Attempt<ReplayedSegment> attempt) {
      if (attempt instanceof Attempt.Failed<ReplayedSegment> failed) {
        return new Replayed(new double[0], 0, 0, failed.category(), failed.message());
      }
      ReplayedSegment segment = ((Attempt.Done<ReplayedSegment>) attempt).value();
      return new Replayed(segment.updateNorms(), segment.drift(), segment.seconds(), "", "");
    }
  }

  private Dataset<Row> stepRows(
      JavaRDD<Attempt<ReplayedSegment>> segments, List<Replayed> replayed) {
    double[] tails = new double[replayed.size()];
    double tail = 0;
    for (int i = tails.length - 1; i >= 0; i--) {
      tails[i] = tail;
      tail = GammaNull.sum(replayed.get(i).updateNorms, tail);
    }
    JavaRDD<Row> rows =
        segments.flatMap(
            attempt -> {
              ReplayedSegment segment = ((Attempt.Done<ReplayedSegment>) attempt).value();
              return GammaNull.fill(segment.steps(), tails[segment.segment()]).stream()
                  .map(step -> step.row(""))
                  .map(row -> RowFactory.create(Arrays.copyOfRange(row, 1, row.length)))
                  .iterator();
            });
    // One file a trial, in the order of the steps.
    return spark.createDataFrame(rows, Schemas.inFile(StepRecord.TABLE)).coalesce(1);
  }

  private boolean commit(
      TrialId id, Map<String, Object> row, Recording recording, List<Replayed> replayed)
      throws IOException {
    double drift = replayed.stream().mapToDouble(Replayed::drift).sum();
    row.put("steps", recording.steps());
    row.put("segments", recording.segments());
    row.put("record_seconds", recording.seconds());
    row.put("replay_seconds", replayed.stream().mapToDouble(Replayed::seconds).sum());
    row.put("replay_drift", drift);
    row.put("status", "complete");
    if (drift != 0) {
      row.put("status", "drifted");
      row.put(
          "error_message",
          "the replay ended "
              + drift
              + " away from the recorded path: its steps are no measurement");
    } else if (recording.diverged()) {
      row.put("status", "diverged");
      row.put("error_message", recording.divergence());
    }
    if (!recording.epochs().isEmpty()) {
      EpochRecord last = recording.epochs().get(recording.epochs().size() - 1);
      putFinite(row, "final_train_loss", last.trainLoss());
      putFinite(row, "final_train_score", last.trainScore());
      putFinite(row, "final_validation_loss", last.validationLoss());
      putFinite(row, "final_validation_score", last.validationScore());
      putFinite(row, "final_validation_mean_iou", last.validationMeanIou());
    }
    output.write(
        EpochRecord.TABLE,
        id,
        recording.epochs().stream().map(epoch -> epoch.row(id.value())).toList());
    output.write(TrialRecord.TABLE, id, List.<Object[]>of(new TrialRecord(row).row()));
    output.endCheckpoints(id.value(), sweep.measure().keepCheckpoints());
    return row.get("status").equals("complete");
  }

  private boolean fail(TrialId id, Map<String, Object> row, String category, String message)
      throws IOException {
    row.put("status", "failed");
    row.put("error_category", category);
    row.put("error_message", message);
    output.write(TrialRecord.TABLE, id, List.<Object[]>of(new TrialRecord(row).row()));
    output.endCheckpoints(id.value(), false);
    return false;
  }

  private Map<String, Object> row(PlannedTrial planned) {
    Trial trial = planned.trial();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("trial_id", trial.id().value());
    row.put("sweep", sweep.name());
    row.put("architecture", trial.architecture().type());
    row.put("architecture_config", Json.of(trial.architecture().settings()));
    row.put("dataset", trial.dataset().type());
    row.put("dataset_config", Json.of(trial.dataset().settings()));
    row.put("batch_size", trial.batchSize());
    row.put("optimizer", trial.optimizer().type());
    row.put("optimizer_config", Json.of(trial.optimizer().settings()));
    row.put("learning_rate", trial.optimizer().learningRate());
    row.put("schedule", trial.schedule().type());
    row.put("schedule_config", Json.of(trial.schedule().settings()));
    row.put("seed", trial.seeds().init());
    row.put("seed_order", trial.seeds().order());
    row.put("seed_noise", trial.seeds().noise());
    row.put("epochs", trial.epochs());
    row.put("weight_decay", trial.weightDecay());
    trial.clipNorm().ifPresent(norm -> row.put("clip_norm", norm));
    row.put("parameters", planned.weights());
    row.put("measure_mode", "replay");
    row.put("device", "cpu");
    row.put("threads", sweep.engine().threads());
    row.put("secant_version", SecantVersion.of(SweepRun.class));
    row.put("pytorch_version", Engine.version());
    row.put("spark_version", spark.version());
    row.put("java_version", Runtime.version().toString());
    row.put("config_json", trial.canonicalJson());
    return row;
  }

  private static void putFinite(Map<String, Object> row, String column, double value) {
    if (Double.isFinite(value)) {
      row.put(column, value);
    }
  }

  /** Parts of a few hundred steps, and at least as many as there are slots for each trial left. */
  private int segments(PlannedTrial planned, int trialsLeft) {
    if (sweep.measure().segments().isPresent()) {
      return sweep.measure().segments().getAsInt();
    }
    long byLength = planned.steps() / STEPS_A_SEGMENT;
    int idle = slots / Math.max(1, trialsLeft);
    return (int) Math.max(idle, Math.max(1, Math.min(MOST_SEGMENTS, byLength)));
  }
}
