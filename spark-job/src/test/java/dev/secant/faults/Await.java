package dev.secant.faults;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for something to have happened. */
final class Await {
  /** Only a broken test waits so long; the machine may be busy. */
  static final Duration LONG = Duration.ofMinutes(5);

  private static final long POLL_NANOS = 10_000_000;

  private Await() {}

  static void until(String what, BooleanSupplier happened) {
    until(what, happened, () -> "");
  }

  /**
   * @param more said where it did not happen
   */
  static void until(String what, BooleanSupplier happened, Supplier<String> more) {
    long start = System.nanoTime();
    while (!happened.getAsBoolean()) {
      if (System.nanoTime() - start > LONG.toNanos()) {
        throw new AssertionError("waited " + LONG + " for: " + what + "\n" + more.get());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
