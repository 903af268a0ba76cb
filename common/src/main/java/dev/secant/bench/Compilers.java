package dev.secant.bench;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/** How busy the compilers of this JVM have been. */
final class Compilers {
  /** What is looked at before they are called quiet. */
  private static final double WINDOW_MS = 3000;

  /** The part of the window that they may take. */
  private static final double QUIET = 0.02;

  /** None where the JVM interprets everything. */
  private final Optional<CompilationMXBean> compilers =
      Optional.ofNullable(ManagementFactory.getCompilationMXBean());

  private long since = System.nanoTime();
  private long before = milliseconds();

  /** Whether the last whole window, of at least three seconds, was one in which they did little. */
  boolean areQuiet() {
    double passed = (System.nanoTime() - since) / 1e6;
    if (passed < WINDOW_MS) {
      return false;
    }
    long now = milliseconds();
    boolean quiet = now - before < QUIET * passed;
    since = System.nanoTime();
    before = now;
    return quiet;
  }

  private long milliseconds() {
    return compilers.map(CompilationMXBean::getTotalCompilationTime).orElse(0L);
  }
}
