package dev.secant.job;

import dev.secant.sweep.Measure;
import dev.secant.table.TrialRecord;
import dev.secant.table.TrialRecord.Ending;
import dev.secant.table.TrialRecord.Finals;
import dev.secant.table.TrialRecord.Passes;
import dev.secant.table.TrialRecord.Status;
import dev.secant.table.TrialRecord.Surroundings;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Runs the trials of a sweep, as many at once as there are task slots, the longest first. A trial
 * is one task that records, then one task a segment that replays, then one write a table; its row
 * in {@code trials} is written last and commits it. What fails in a trial stays in that trial.
 */
public final class SweepRun {
  /** Replayed by one task rather than cut: shorter segments cost more to start than they save. */
  private static final long STEPS_A_SEGMENT = 500;

  private static final int MOST_SEGMENTS = 8;

  private static final Duration POLL = Duration.ofMillis(20);

  /** How a run is done; none of it changes a path, but for device and threads its last bits. */
  public record Plan(String output, Measure measure, Path dataRoot, String device, int threads) {}

  /** What became of the sweep, over all its trials, also those of earlier runs. */
  public record Result(int complete, int failed, int skipped, List<String> messages) {
    public boolean allWell() {
      return failed == 0;
    }
  }

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final Plan plan;
  private final TrialExecution execution;
  private final Progress progress;
  private final Output output;
  private final TrialTables tables;
  private final Broadcast<SerializableConfiguration> configuration;
  private final Surroundings surroundings;
  private final int slots;
  private final AtomicInteger unfinished = new AtomicInteger();
  private volatile boolean stopping;

  public SweepRun(SparkSession spark, Plan plan, TrialExecution execution, Progress progress) {
    this.spark = spark;
    this.context = new JavaSparkContext(spark.sparkContext());
    this.plan = plan;
    this.execution = execution;
    this.progress = progress;
    this.output = new Output(plan.output(), context.hadoopConfiguration());
    this.tables = new TrialTables(spark, output);
    this.configuration =
        context.broadcast(new SerializableConfiguration(context.hadoopConfiguration()));
    this.surroundings =
        Versions.read().surroundings(plan.device(), plan.threads(), spark.version());
    this.slots = Math.max(1, context.defaultParallelism());
  }

  /**
   * Runs what is not committed yet; trials that failed before are tried again.
   *
   * @throws dev.secant.config.InputException where the output cannot be written or is in use
   * @throws InterruptedException where this thread was interrupted; running again goes on
   */
  public Result run(List<PlannedTrial> trials) throws InterruptedException, IOException {
    try (OutputLock lock = OutputLock.take(output)) {
      Map<String, String> committed = output.committed(spark);
      for (String id : output.trialsWithFiles()) {
        if (!committed.containsKey(id)) {
          output.removeRows(id);
        }
      }
      output.writePlan(trials);

      List<PlannedTrial> left =
          trials.stream()
              .filter(trial -> !isSettled(committed.get(trial.id())))
              .sorted(Comparator.comparingDouble(PlannedTrial::cost).reversed())
              .toList();
      int skipped = trials.size() - left.size();
      long failedBefore =
          trials.stream()
              .map(trial -> committed.getOrDefault(trial.id(), ""))
              .filter(status -> isSettled(status) && !status.equals(Status.COMPLETE.text()))
              .count();
      unfinished.set(left.size());
      List<String> messages = new ArrayList<>();
      int bad = (int) failedBefore;
      progress.start(spark.sparkContext(), trials.size(), left);
      try {
        for (Ended ended : runAll(left)) {
          if (ended.status() != Status.COMPLETE) {
            bad++;
            messages.add(ended.id() + " " + ended.status().text() + ": " + ended.message());
          }
        }
      } finally {
        progress.stop();
        if (stopping) {
          // The caller takes Spark away next.
          awaitTasks(Duration.ofMinutes(1));
        }
      }
      return new Result(trials.size() - bad, bad, skipped, messages);
    }
  }

  /**
   * Stops the run from another thread: every task ends at its next step, {@link #run} throws an
   * {@link InterruptedException}, and no trial counts as failed for it. Returns when no task is
   * left in native code, which must not be torn down under it, or after this time.
   */
  public void stop(Duration atMost) {
    stopping = true;
    context.cancelAllJobs();
    awaitTasks(atMost);
  }

  private void awaitTasks(Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (runningTasks() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private int runningTasks() {
    return Arrays.stream(context.sc().statusTracker().getExecutorInfos())
        .mapToInt(SparkExecutorInfo::numRunningTasks)
        .sum();
  }

  private static boolean isSettled(String status) {
    return status != null && !status.isEmpty() && !status.equals(Status.FAILED.text());
  }

  private record Ended(String id, Status status, String message) {}

  private List<Ended> runAll(List<PlannedTrial> trials) throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(slots);
    ConcurrentLinkedQueue<Ended> ended = new ConcurrentLinkedQueue<>();
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (PlannedTrial trial : trials) {
        futures.add(
            pool.submit(
                () -> {
                  Ended end = runToItsEnd(trial);
                  unfinished.decrementAndGet();
                  progress.ended(trial, end.status(), end.message());
                  ended.add(end);
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
      return List.copyOf(ended);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CancellationException) {
        throw new InterruptedException("the sweep was interrupted");
      }
      throw new IllegalStateException("the sweep stopped: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      context.cancelAllJobs();
      throw e;
    } finally {
      pool.shutdownNow();
    }
  }

  private Ended runToItsEnd(PlannedTrial trial) {
    try {
      return measure(trial);
    } catch (TrialFailed e) {
      if (stopping) {
        throw new CancellationException("interrupted");
      }
      return fail(trial, e.failure);
    } catch (Exception e) {
      if (stopping || spark.sparkContext().isStopped() || Thread.currentThread().isInterrupted()) {
        // The run ends, not the trial: it has no row, and the next run goes on with it.
        throw new CancellationException("interrupted");
      }
      return fail(trial, TaskOutcome.Failure.of(e));
    }
  }

  private Ended fail(PlannedTrial trial, TaskOutcome.Failure failure) {
    Ending ending = new Ending(Status.FAILED, failure.category(), failure.message(), Finals.NONE);
    String message = failure.category() + ": " + failure.message();
    progress.trace(failure.trace());
    try {
      output.removeRows(trial.id());
      tables.commit(
          new TrialRecord(trial.trial(), trial.parameters(), 0, ending, Passes.NONE, surroundings));
    } catch (Exception e) {
      message += "; its row could not be written: " + e.getMessage();
    }
    return new Ended(trial.id(), Status.FAILED, message);
  }

  private Ended measure(PlannedTrial trial) throws IOException, TrialFailed {
    String id = trial.id();
    output.removeRows(id);
    TrialTask task =
        new TrialTask(
            id,
            trial.trial().canonicalJson(),
            plan.measure(),
            plan.dataRoot().toString(),
            plan.device(),
            plan.threads());
    TaskBody body =
        new TaskBody(
            task,
            execution,
            output.checkpoints(id).toString(),
            configuration,
            progress.steps(),
            progress.cost(),
            (long) trial.costOfStep());

    context.setJobGroup(id, "record " + id);
    int segments = segments(trial);
    Recording recording =
        done(context.parallelize(List.of(segments), 1).map(body::record).collect().get(0));
    context.setJobGroup(id, "replay " + id);
    JavaRDD<TaskOutcome<ReplayedSegment>> outcomes =
        context
            .parallelize(
                IntStream.range(0, recording.segments()).boxed().toList(),
                Math.max(1, recording.segments()))
            .map(segment -> body.replay(recording, segment))
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      List<Replayed> replayed = new ArrayList<>();
      for (TaskOutcome<Replayed> outcome : outcomes.map(TaskBody::essence).collect()) {
        replayed.add(done(outcome));
      }
      context.setJobGroup(id, "write " + id);
      tables.write(id, plan.measure(), recording, replayed, outcomes.map(TaskBody::measured));
      TrialRecord row = row(trial, recording, replayed);
      tables.commit(row);
      output.removeCheckpoints(
          id, plan.measure().keepCheckpoints() ? Set.of("step-0", "final") : Set.of());
      return new Ended(id, row.ending().status(), row.ending().message());
    } finally {
      outcomes.unpersist(false);
    }
  }

  private TrialRecord row(PlannedTrial trial, Recording recording, List<Replayed> replayed) {
    double drift = replayed.stream().mapToDouble(Replayed::drift).sum();
    Status status = Status.COMPLETE;
    String message = "";
    if (recording.diverged()) {
      status = Status.DIVERGED;
      message = recording.divergence();
    }
    // Not "drift > 0": a drift that is not a number is one, too.
    if (!(drift == 0)) {
      status = Status.DRIFTED;
      message = "the replay ended " + drift + " away from the recorded path";
    }
    return new TrialRecord(
        trial.trial(),
        trial.parameters(),
        recording.steps(),
        new Ending(status, "", message, Finals.of(recording.epochs())),
        new Passes(
            drift,
            recording.segments(),
            recording.seconds(),
            replayed.stream().mapToDouble(Replayed::seconds).sum(),
            recording.waitSeconds() + replayed.stream().mapToDouble(Replayed::waitSeconds).sum()),
        surroundings);
  }

  /** As many segments as pay, more where slots would stand idle otherwise. */
  private int segments(PlannedTrial trial) {
    if (plan.measure().segments() > 0) {
      return plan.measure().segments();
    }
    long paying = Math.max(1, Math.min(MOST_SEGMENTS, trial.steps() / STEPS_A_SEGMENT));
    int left = Math.max(1, unfinished.get());
    long forIdle = left < slots ? (slots + left - 1) / left : 1;
    return (int) Math.min(trial.steps(), Math.max(paying, forIdle));
  }

  private static <T> T done(TaskOutcome<T> outcome) throws TrialFailed {
    if (outcome instanceof TaskOutcome.Done<T> done) {
      return done.value();
    }
    throw new TrialFailed(((TaskOutcome.Failed<T>) outcome).failure());
  }

  private static final class TrialFailed extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient TaskOutcome.Failure failure;

    TrialFailed(TaskOutcome.Failure failure) {
      super(failure.message());
      this.failure = failure;
    }
  }
}
