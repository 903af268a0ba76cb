package dev.secant.job;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What is done again and again beside a sweep, by a thread that does not keep the process alive.
 */
final class Ticker {
  private Ticker() {}

  /**
   * @param name of its one thread
   */
  static ScheduledExecutorService named(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        work -> {
          Thread thread = new Thread(work, name);
          thread.setDaemon(true);
          return thread;
        });
  }
}
