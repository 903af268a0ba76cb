package dev.secant.job;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;

/**
 * Watches whether the cluster gives the sweep any executor. Spark itself would wait for one for
 * ever.
 */
final class Starvation implements AutoCloseable {
  private static final Duration EVERY = Duration.ofMillis(500);

  private final SparkContext context;
  private final Duration timeout;
  private final Consumer<String> end;
  private final ScheduledExecutorService watch = Ticker.named("secant-starvation");
  private long fed = System.nanoTime();

  /**
   * @param timeout empty for waiting for ever
   * @param end told why the sweep cannot go on
   */
  Starvation(SparkContext context, Optional<Duration> timeout, Consumer<String> end) {
    this.context = context;
    this.timeout = timeout.orElse(Duration.ZERO);
    this.end = end;
    // In local mode the driver computes.
    if (timeout.isPresent() && !context.isLocal()) {
      watch.scheduleWithFixedDelay(
          this::look, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    long now = System.nanoTime();
    // The driver is one of them.
    if (context.isStopped() || context.statusTracker().getExecutorInfos().length > 1) {
      fed = now;
    } else if (now - fed > timeout.toNanos()) {
      end.accept(
          "the cluster "
              + context.master()
              + " has given it no executor for "
              + TimeLimit.text(timeout)
              + " (secant.run.executor-timeout); see that its workers are up and that what is asked"
              + " for an executor fits one");
    }
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }
}
