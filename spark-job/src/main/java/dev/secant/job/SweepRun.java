package dev.secant.job;

import dev.secant.config.InputException;
import dev.secant.data.DataRoot;
import dev.secant.job.TaskResources.Lane;
import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Measure;
import dev.secant.sweep.RunSettings;
import dev.secant.table.TrialRecord;
import dev.secant.table.TrialRecord.Status;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.spark.SparkException;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Runs the trials of a sweep, as many at once as there are task slots, the longest first. A trial
 * is one task; a path that is cut into segments is one that records, then one a segment that
 * replays. Tasks write the tables; the row in {@code trials}, written last by the driver, commits
 * the trial. What fails in a trial stays in that trial.
 */
public final class SweepRun {
  private static final Logger LOG = LoggerFactory.getLogger(SweepRun.class);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration LOOK_FOR_SLOTS = Duration.ofSeconds(1);

  /**
   * How a run is done; none of it changes a path, but for device and threads its last bits.
   *
   * @param engine with a definite device; see {@link Devices}
   */
  public record Plan(
      String output, Measure measure, DataRoot dataRoot, EngineSettings engine, RunSettings run) {
    /** With datasets in a folder. */
    public Plan(
        String output, Measure measure, Path dataRoot, EngineSettings engine, RunSettings run) {
      this(output, measure, DataRoot.of(dataRoot), engine, run);
    }

    /** The names of the checkpoints that stay when a trial is complete. */
    Set<String> keptCheckpoints() {
      return measure.keepCheckpoints() ? Leftovers.KEPT_CHECKPOINTS : Set.of();
    }
  }

  /** What became of the sweep, over all its trials, also those of earlier runs. */
  public record Result(int complete, int failed, int skipped, List<String> messages) {
    public boolean allWell() {
      return failed == 0;
    }

    /** Whether every trial was there already. */
    public boolean nothingNew() {
      return skipped == complete + failed;
    }
  }

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final Plan plan;
  private final TrialExecution execution;
  private final Progress progress;
  private final Output output;
  private final TaskResources resources;
  private final TimeLimit limit;
  private volatile boolean stopping;
  private volatile SweepState state;
  private volatile TrialJobs jobs;

  /** Why no trial can go on. */
  private volatile Optional<String> impossible = Optional.empty();

  public SweepRun(SparkSession spark, Plan plan, TrialExecution execution, Progress progress) {
    this.spark = spark;
    this.context = new JavaSparkContext(spark.sparkContext());
    this.plan = plan;
    this.execution = execution;
    this.progress = progress;
    this.output = new Output(plan.output(), context.hadoopConfiguration());
    this.resources = new TaskResources(context, plan.engine());
    this.limit =
        new TimeLimit(
            spark.sparkContext(),
            plan.run().timeLimit(),
            resources.slots(),
            progress::say,
            this::abandon);
  }

  /**
   * Runs what is not committed yet; trials that failed before are tried again.
   *
   * @throws dev.secant.config.InputException where the output cannot be written or is in use, a
   *     path that shall be kept in memory does not fit, or the cluster does not give what is asked
   *     for
   * @throws SweepStopped where the output or the cluster is lost on the way
   * @throws InterruptedException where this thread was interrupted; running again goes on
   */
  public Result run(List<PlannedTrial> trials) throws InterruptedException {
    if (plan.measure().mode() == Measure.Mode.TRAJECTORY) {
      TrajectoryMemory.check(trials, plan.measure(), plan.engine());
    }
    if (!context.isLocal()) {
      callTheRoll(trials);
    }
    try (OutputLock lock = OutputLock.take(output, this::loseOutput)) {
      Leftovers leftovers = new Leftovers(output);
      leftovers.recover();
      Map<String, String> committed = output.committed();
      for (String id : leftovers.trialsWithRows()) {
        if (!committed.containsKey(id)) {
          leftovers.removeRows(id);
        }
      }
      // A crash after a trial's row was written left its checkpoints.
      for (String id : leftovers.trialsWithLeftCheckpoints()) {
        if (isSettled(committed.get(id))) {
          leftovers.removeCheckpoints(id, plan.keptCheckpoints());
        }
      }
      output.writePlan(trials);

      List<PlannedTrial> left =
          trials.stream().filter(trial -> !isSettled(committed.get(trial.id()))).toList();
      int skipped = trials.size() - left.size();
      List<Status> settled =
          trials.stream()
              .map(trial -> committed.get(trial.id()))
              .filter(SweepRun::isSettled)
              .map(SweepRun::status)
              .toList();
      Agenda agenda = new Agenda(left, resources::slots);
      List<String> messages = new ArrayList<>();
      int bad = (int) settled.stream().filter(status -> status != Status.COMPLETE).count();
      try (SweepState now = new SweepState(context.sc(), trials.size(), settled, left, agenda);
          ProgressFile file = new ProgressFile(output, now, context.sc().applicationId());
          TimeLimit watched = limit.start();
          Starvation starvation =
              new Starvation(spark.sparkContext(), plan.run().executorTimeout(), this::abandon)) {
        state = now;
        jobs =
            new TrialJobs(
                context, plan, execution, output, resources, now.counts(), limit.interrupts());
        MetricsPlugin.show(context.sc(), now);
        progress.start(now);
        boolean ended = false;
        try {
          for (Ended end : runAll(agenda)) {
            if (end.status() != Status.COMPLETE) {
              bad++;
              messages.add(end.id() + " " + end.status().text() + ": " + end.message());
            }
          }
          limit.awaitSlot();
          ended = true;
        } finally {
          progress.stop();
          if (!ended) {
            // The caller takes Spark away next.
            awaitTasks(Duration.ofMinutes(1));
          }
        }
      }
      return new Result(trials.size() - bad, bad, skipped, messages);
    } catch (IOException e) {
      throw new SweepStopped("its output " + output.root() + " failed: " + e.getMessage(), e);
    }
  }

  private void callTheRoll(List<PlannedTrial> trials) throws InterruptedException {
    try {
      new RollCall(context, resources, execution, plan.engine())
          .hold(trials, plan.run().executorTimeout());
    } catch (InputException e) {
      if (stopping) {
        throw new InterruptedException("the sweep was interrupted");
      }
      throw e;
    }
  }

  /**
   * Stops the run from another thread: every task ends at its next step, {@link #run} throws an
   * {@link InterruptedException}, and no trial counts as failed for it. Returns when no task is
   * left in native code, which must not be torn down under it, or after this time.
   */
  public void stop(Duration atMost) {
    stopping = true;
    cancelAllJobs();
    awaitTasks(atMost);
  }

  private void loseOutput() {
    abandon(
        "another run took "
            + output.root()
            + " over, since this one gave no sign of life for a minute");
  }

  /** Ends the run where no trial can go on; {@link #run} throws a {@link SweepStopped}. */
  private void abandon(String reason) {
    impossible = Optional.of(reason);
    cancelAllJobs();
  }

  private void cancelAllJobs() {
    if (!context.sc().isStopped()) {
      context.cancelAllJobs();
    }
  }

  private void awaitTasks(Duration atMost) {
    long start = System.nanoTime();
    while (!context.sc().isStopped()
        && runningTasks() > limit.cancelledTasks()
        && System.nanoTime() - start < atMost.toNanos()) {
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

  private static Status status(String text) {
    return Arrays.stream(Status.values())
        .filter(status -> status.text().equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no status of a trial: " + text));
  }

  /**
   * @param steps that were walked
   * @param seconds that both passes took
   */
  private record Ended(String id, Status status, String message, long steps, double seconds) {}

  private List<Ended> runAll(Agenda agenda) throws InterruptedException {
    ExecutorService pool = Executors.newCachedThreadPool();
    ConcurrentLinkedQueue<Ended> ended = new ConcurrentLinkedQueue<>();
    try {
      CompletionService<Void> workers = new ExecutorCompletionService<>(pool);
      List<Lane> lanes = resources.lanes();
      Map<Lane, Integer> begun = new HashMap<>();
      int working = 0;
      do {
        for (Lane lane : lanes) {
          // A cluster gives executors one after another.
          while (begun.merge(lane, 0, Integer::sum) < lane.slots().getAsInt()) {
            workers.submit(() -> runOneByOne(agenda, lane, ended), null);
            begun.merge(lane, 1, Integer::sum);
            working++;
          }
        }
        Future<Void> idle = workers.poll(LOOK_FOR_SLOTS.toMillis(), TimeUnit.MILLISECONDS);
        if (idle != null) {
          idle.get();
          working--;
        }
      } while (working > 0);
      return List.copyOf(ended);
    } catch (ExecutionException e) {
      cancelAllJobs();
      if (e.getCause() instanceof CancellationException) {
        throw new InterruptedException("the sweep was interrupted");
      }
      if (e.getCause() instanceof SweepStopped stopped) {
        throw stopped;
      }
      throw new IllegalStateException("the sweep stopped: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      cancelAllJobs();
      throw e;
    } finally {
      pool.shutdownNow();
    }
  }

  private void runOneByOne(Agenda agenda, Lane lane, Collection<Ended> ended) {
    while (true) {
      Optional<PlannedTrial> trial = agenda.next(System.nanoTime(), lane.trials());
      if (trial.isEmpty()) {
        return;
      }
      state.began(trial.get());
      Ended end = logged(trial.get(), () -> runToItsEnd(trial.get(), agenda));
      agenda.ended(trial.get(), end.steps(), end.seconds());
      state.ended(trial.get(), end.status());
      progress.ended(trial.get(), end.status(), end.message());
      ended.add(end);
    }
  }

  private static Ended logged(PlannedTrial trial, Supplier<Ended> work) {
    try (MDC.MDCCloseable id = MDC.putCloseable(TaskWatch.TRIAL, trial.id())) {
      LOG.info("trial {} begins: {}", trial.id(), trial.name());
      Ended end = work.get();
      if (end.status() == Status.COMPLETE) {
        LOG.info("trial {} ends: {} steps, {} s", trial.id(), end.steps(), end.seconds());
      } else {
        LOG.warn("trial {} ends: {}: {}", trial.id(), end.status().text(), end.message());
      }
      return end;
    }
  }

  private Ended runToItsEnd(PlannedTrial trial, Agenda agenda) {
    try {
      TrialJobs.Committed committed = jobs.measure(trial, agenda);
      TrialRecord row = committed.row();
      return new Ended(
          trial.id(),
          row.ending().status(),
          row.ending().message(),
          row.steps(),
          committed.seconds());
    } catch (TrialFailed e) {
      endIfAsked(e);
      return fail(trial, e.failure());
    } catch (Exception e) {
      endIfAsked(e);
      return fail(
          trial,
          limit
              .exceeded(trial.id(), trial.steps())
              .orElseGet(() -> JobEnd.failure(e, context.sc().isStopped())));
    }
  }

  /** Where the run ends, not the trial, the trial has no row, and the next run goes on with it. */
  private void endIfAsked(Exception end) {
    if (stopping || Thread.currentThread().isInterrupted() || isInterruption(end)) {
      throw new CancellationException("interrupted");
    }
    impossible.ifPresent(
        reason -> {
          throw new SweepStopped(reason);
        });
  }

  /** Whether this thread was interrupted, as it is when another trial has found the run's end. */
  private static boolean isInterruption(Exception end) {
    if (end instanceof SparkException) {
      // What its tasks met says nothing about this thread.
      return false;
    }
    for (Throwable e = end; e != null; e = e.getCause()) {
      if (e instanceof InterruptedException || e instanceof InterruptedIOException) {
        return true;
      }
    }
    return false;
  }

  private Ended fail(PlannedTrial trial, TaskOutcome.Failure failure) {
    String message = failure.category() + ": " + failure.message();
    progress.trace(failure.trace());
    try {
      jobs.fail(trial, failure);
    } catch (IOException e) {
      throw new SweepStopped(
          "trial " + trial.id() + " failed (" + message + "), and its row: " + e.getMessage(), e);
    }
    return new Ended(trial.id(), Status.FAILED, message, 0, 0);
  }
}
