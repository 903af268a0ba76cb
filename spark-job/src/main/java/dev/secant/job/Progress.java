package dev.secant.job;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Where a sweep stands: trials done, steps a second, time left. A live line on a terminal, a plain
 * line every few seconds elsewhere. Steps of tasks that still run are known from their executors'
 * heartbeats.
 */
final class Progress extends SparkListener implements AutoCloseable {
  private static final long PLAIN_SECONDS = 10;

  private final PrintStream out;
  private final boolean live;
  private final int trials;
  private final double totalCost;
  private final LongAccumulator steps;
  private final Map<Long, Long> running = new ConcurrentHashMap<>();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicLong doneCost = new AtomicLong();
  private final long start = System.nanoTime();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "progress");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param live whether {@code out} is a terminal
   * @param steps what tasks count their steps with
   */
  Progress(PrintStream out, boolean live, int trials, double totalCost, LongAccumulator steps) {
    this.out = out;
    this.live = live;
    this.trials = trials;
    this.totalCost = totalCost;
    this.steps = steps;
    long period = live ? 1 : PLAIN_SECONDS;
    timer.scheduleAtFixedRate(this::print, period, period, TimeUnit.SECONDS);
  }

  void trialEnded(double cost, boolean complete) {
    doneCost.addAndGet(Math.round(cost));
    done.incrementAndGet();
    if (!complete) {
      failed.incrementAndGet();
    }
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    CollectionConverters.asJava(update.accumUpdates())
        .forEach(
            task ->
                CollectionConverters.asJava(task._4())
                    .forEach(counter -> count((Long) task._1(), counter)));
  }

  private void count(long task, AccumulableInfo counter) {
    if (counter.id() == steps.id() && counter.update().isDefined()) {
      running.put(task, ((Number) counter.update().get()).longValue());
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    running.remove(end.taskInfo().taskId());
  }

  private void print() {
    double seconds = (System.nanoTime() - start) / 1e9;
    long counted = steps.value() + running.values().stream().mapToLong(Long::longValue).sum();
    String line =
        String.format(
            Locale.ROOT,
            "%d/%d trials%s, %,d steps walked, %.0f steps/s, %s",
            done.get(),
            trials,
            failed.get() == 0 ? "" : " (" + failed.get() + " not complete)",
            counted,
            counted / seconds,
            left(seconds));
    if (live) {
      int width = 24;
      int full = trials == 0 ? width : width * done.get() / trials;
      out.print("\r[" + "#".repeat(full) + ".".repeat(width - full) + "] " + line + "\033[K");
      out.flush();
    } else {
      out.println(line);
    }
  }

  /** From the cost of the trials that are done; the cost model is only an estimate. */
  private String left(double seconds) {
    double share = doneCost.get() / totalCost;
    if (share <= 0) {
      return "time left unknown";
    }
    Duration left = Duration.ofSeconds(Math.round(seconds * (1 - share) / share));
    return String.format(
        Locale.ROOT,
        "about %d:%02d:%02d left",
        left.toHours(),
        left.toMinutesPart(),
        left.toSecondsPart());
  }

  @Override
  public void close() {
    timer.shutdownNow();
    print();
    if (live) {
      out.println();
    }
  }
}
