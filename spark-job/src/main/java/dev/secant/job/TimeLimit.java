package dev.secant.job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The time that each trial may take. A trial's clock runs while any of its tasks runs, so a trial
 * that waits for a slot loses nothing; it is the machine's monotonic clock. When it has run out,
 * the trial's job group is cancelled, with interruption of the threads that compute it.
 *
 * <p>A task in native code may hear nothing of that. On a cluster Spark's task reaper then kills
 * its executor. In a process that is the whole cluster its slot is lost; where every slot is, the
 * sweep ends.
 */
final class TimeLimit extends SparkListener implements AutoCloseable {
  private static final String GROUP = "spark.jobGroup.id";
  private static final Duration POLL = Duration.ofMillis(20);

  private final SparkContext context;
  private final Optional<Duration> limit;
  private final Duration patience;
  private final int slots;
  private final Consumer<String> say;
  private final Consumer<String> end;
  private final ScheduledExecutorService ticker = Ticker.named("secant-time-limit");

  private final Map<Integer, String> trialOfStage = new HashMap<>();
  private final Map<Long, String> trialOfTask = new HashMap<>();
  private final Map<String, Clock> clocks = new HashMap<>();

  /** What is known of one trial. */
  private static final class Clock {
    private int running;
    private long since;
    private long spent;
    private boolean over;
    private long overSince;
    private boolean stuck;

    /** The last number heard of each task. */
    private final Map<Long, Long> steps = new HashMap<>();

    long spent(long now) {
      return running > 0 ? spent + (now - since) : spent;
    }
  }

  /**
   * @param slots tasks that run at once
   * @param say told what the user should know
   * @param end told why the sweep cannot go on
   */
  TimeLimit(
      SparkContext context,
      Optional<Duration> limit,
      int slots,
      Consumer<String> say,
      Consumer<String> end) {
    this.context = context;
    this.limit = limit;
    this.patience =
        Duration.ofMillis(context.conf().getTimeAsMs("spark.task.reaper.killTimeout", "60s"));
    this.slots = slots;
    this.say = say;
    this.end = end;
  }

  /** Begins to watch, where there is a limit. */
  TimeLimit start() {
    limit.ifPresent(
        time -> {
          context.addSparkListener(this);
          long every = Math.max(1, Math.min(1000, time.toMillis() / 20));
          ticker.scheduleWithFixedDelay(this::tick, every, every, TimeUnit.MILLISECONDS);
        });
    return this;
  }

  /** Whether cancelling a trial shall interrupt the threads that compute it. */
  boolean interrupts() {
    return limit.isPresent();
  }

  /**
   * Why a trial was stopped, where its time had run out.
   *
   * @param steps of its path
   */
  synchronized Optional<TaskOutcome.Failure> exceeded(String trialId, long steps) {
    Clock clock = clocks.get(trialId);
    if (clock == null || !clock.over) {
      return Optional.empty();
    }
    long walked = clock.steps.values().stream().mapToLong(Long::longValue).sum();
    String message =
        String.format(
            Locale.ROOT,
            "it took longer than secant.run.time-limit = %s; about %,d of %,d steps were walked,"
                + " both passes counted",
            text(limit.orElseThrow()),
            walked,
            2 * steps);
    return Optional.of(new TaskOutcome.Failure("time-limit", message, ""));
  }

  /**
   * Waits until tasks that were told to stop have left a slot, for those who need one next.
   *
   * @throws SweepStopped where none did in time
   */
  void awaitSlot() {
    long start = System.nanoTime();
    while (context.isLocal() && cancelledTasks() >= slots) {
      if (System.nanoTime() - start > patience.toNanos()) {
        throw new SweepStopped(noSlot());
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  /** Tasks that run although their trial's time has run out. */
  synchronized int cancelledTasks() {
    return clocks.values().stream().filter(clock -> clock.over).mapToInt(c -> c.running).sum();
  }

  private static String noSlot() {
    return "every slot of this process is held by a task that was told to stop for its time limit"
        + " and does not";
  }

  private void tick() {
    if (context.isStopped()) {
      return;
    }
    long now = System.nanoTime();
    List<String> toCancel = new ArrayList<>();
    List<String> toSay = new ArrayList<>();
    int stuck = 0;
    synchronized (this) {
      for (Map.Entry<String, Clock> entry : clocks.entrySet()) {
        Clock clock = entry.getValue();
        if (clock.running == 0 || clock.spent(now) <= limit.orElseThrow().toNanos()) {
          continue;
        }
        // Once more where a job of the trial began just before it was cancelled.
        toCancel.add(entry.getKey());
        if (!clock.over) {
          clock.over = true;
          clock.overSince = now;
        } else if (context.isLocal() && now - clock.overSince > patience.toNanos()) {
          stuck += clock.running;
          if (!clock.stuck) {
            clock.stuck = true;
            toSay.add(
                entry.getKey()
                    + " was told to stop and does not: its slot is lost until this process ends");
          }
        }
      }
    }
    toCancel.forEach(context::cancelJobGroup);
    toSay.forEach(say);
    if (stuck >= slots) {
      end.accept(noSlot());
    }
  }

  @Override
  public synchronized void onJobStart(SparkListenerJobStart start) {
    String trial = start.properties() == null ? null : start.properties().getProperty(GROUP);
    if (trial != null) {
      for (Object stage : CollectionConverters.asJava(start.stageIds())) {
        trialOfStage.put((Integer) stage, trial);
      }
    }
  }

  @Override
  public synchronized void onStageCompleted(SparkListenerStageCompleted completed) {
    trialOfStage.remove(completed.stageInfo().stageId());
  }

  @Override
  public synchronized void onTaskStart(SparkListenerTaskStart start) {
    String trial = trialOfStage.get(start.stageId());
    if (trial != null) {
      trialOfTask.put(start.taskInfo().taskId(), trial);
      Clock clock = clocks.computeIfAbsent(trial, id -> new Clock());
      if (clock.running++ == 0) {
        clock.since = System.nanoTime();
      }
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    String trial = trialOfTask.remove(end.taskInfo().taskId());
    if (trial != null) {
      Clock clock = clocks.get(trial);
      if (--clock.running == 0) {
        clock.spent += System.nanoTime() - clock.since;
      }
    }
  }

  @Override
  public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    for (var task : CollectionConverters.asJava(update.accumUpdates())) {
      long id = ((Number) (Object) task._1()).longValue();
      String trial = trialOfTask.get(id);
      if (trial == null) {
        continue;
      }
      for (AccumulableInfo info : CollectionConverters.asJava(task._4())) {
        if (info.name().isDefined()
            && Count.STEPS.accumulator().equals(info.name().get())
            && info.update().isDefined()
            && info.update().get() instanceof Number steps) {
          clocks.get(trial).steps.put(id, steps.longValue());
        }
      }
    }
  }

  /** As a user would write it: 1h30m, 2.5s. */
  static String text(Duration duration) {
    return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() {
    ticker.shutdownNow();
    if (interrupts() && !context.isStopped()) {
      context.removeSparkListener(this);
    }
  }
}
