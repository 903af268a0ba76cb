package dev.secant.job;

import dev.secant.table.TrialRecord.Status;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Tells how far the sweep is: trials done, steps a second, time left. Steps are counted where they
 * are made and seen here with each heartbeat of an executor, so running tasks count as they go.
 */
public final class Progress {
  static final String STEPS = "secant.steps";
  private static final String COST = "secant.cost";

  private final PrintStream out;
  private final boolean live;
  private final Duration every;
  private final boolean traces;

  private final LongAccumulator steps = new LongAccumulator();
  private final LongAccumulator cost = new LongAccumulator();
  private final Seen seenSteps = new Seen(STEPS);
  private final Seen seenCost = new Seen(COST);
  private final SparkListener listener = new Heartbeats();
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "secant-progress");
            thread.setDaemon(true);
            return thread;
          });
  private final AtomicInteger done = new AtomicInteger();
  private volatile SparkContext context;
  private volatile int total;
  private volatile double workToDo;
  private volatile Agenda agenda;
  private volatile long started;

  private Progress(PrintStream out, boolean live, Duration every, boolean traces) {
    this.out = out;
    this.live = live;
    this.every = every;
    this.traces = traces;
  }

  /** A bar that is drawn again and again on one line. */
  public static Progress bar(PrintStream terminal, boolean traces) {
    return new Progress(terminal, true, Duration.ofMillis(500), traces);
  }

  /** A line now and then. */
  public static Progress lines(PrintStream out, boolean traces) {
    return new Progress(out, false, Duration.ofSeconds(10), traces);
  }

  LongAccumulator steps() {
    return steps;
  }

  LongAccumulator cost() {
    return cost;
  }

  void start(SparkContext context, int trials, List<PlannedTrial> left, Agenda agenda) {
    this.context = context;
    this.agenda = agenda;
    this.total = trials;
    this.done.set(trials - left.size());
    // Each path is walked twice.
    this.workToDo = 2 * left.stream().mapToDouble(PlannedTrial::cost).sum();
    this.started = System.nanoTime();
    steps.register(context, scala.Option.apply(STEPS), false);
    cost.register(context, scala.Option.apply(COST), false);
    context.addSparkListener(listener);
    ticker.scheduleAtFixedRate(
        this::show, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  void ended(PlannedTrial trial, Status status, String message) {
    done.incrementAndGet();
    if (status != Status.COMPLETE) {
      say(trial.id() + " " + status.text() + ": " + message);
    }
  }

  void trace(String trace) {
    if (traces) {
      say(trace);
    }
  }

  void stop() {
    ticker.shutdownNow();
    if (!context.isStopped()) {
      context.removeSparkListener(listener);
    }
    show();
    if (live) {
      out.println();
    }
  }

  synchronized void say(String line) {
    out.println((live ? "\r\033[K" : "") + line);
  }

  private synchronized void show() {
    long now = System.nanoTime();
    double seconds = (now - started) * 1e-9;
    // Until a trial has ended, the steps that are counted say how fast it goes.
    double counted = workToDo == 0 ? 1 : Math.min(1, seenCost.sum() / workToDo);
    double secondsLeft = agenda.secondsLeft(now).orElse(seconds * (1 - counted) / counted);
    boolean ended = done.get() == total;
    double share = ended ? 1 : seconds / (seconds + secondsLeft);
    String left = ended ? "done" : share < 0.001 ? "?" : clock(secondsLeft) + " left";
    String line =
        String.format(
            Locale.ROOT,
            "%d/%d trials  %3.0f %%  %,.0f steps/s  %s gone  %s",
            done.get(),
            total,
            100 * share,
            seconds > 0 ? seenSteps.sum() / seconds : 0,
            clock(seconds),
            left);
    if (live) {
      int filled = (int) Math.round(24 * share);
      out.print("\r\033[K[" + "#".repeat(filled) + "-".repeat(24 - filled) + "] " + line);
      out.flush();
    } else {
      out.println(line);
    }
  }

  private static String clock(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }

  /** The sum of an accumulator, running tasks included. */
  private static final class Seen {
    private final String name;
    private final Map<Long, Long> running = new ConcurrentHashMap<>();
    private final AtomicLong ended = new AtomicLong();

    Seen(String name) {
      this.name = name;
    }

    void running(long task, AccumulableInfo info) {
      value(info, running -> this.running.put(task, running));
    }

    void ended(AccumulableInfo info) {
      value(info, ended::addAndGet);
    }

    void gone(long task) {
      running.remove(task);
    }

    long sum() {
      return ended.get() + running.values().stream().mapToLong(Long::longValue).sum();
    }

    private void value(AccumulableInfo info, java.util.function.LongConsumer use) {
      if (info.name().isDefined()
          && name.equals(info.name().get())
          && info.update().isDefined()
          && info.update().get() instanceof Number number) {
        use.accept(number.longValue());
      }
    }
  }

  private final class Heartbeats extends SparkListener {
    @Override
    public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
      for (var task : CollectionConverters.asJava(update.accumUpdates())) {
        long id = ((Number) (Object) task._1()).longValue();
        for (AccumulableInfo info : CollectionConverters.asJava(task._4())) {
          seenSteps.running(id, info);
          seenCost.running(id, info);
        }
      }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      long id = end.taskInfo().taskId();
      seenSteps.gone(id);
      seenCost.gone(id);
      for (AccumulableInfo info : CollectionConverters.asJava(end.taskInfo().accumulables())) {
        seenSteps.ended(info);
        seenCost.ended(info);
      }
    }
  }
}
