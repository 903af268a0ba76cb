package dev.secant.bench;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/** How busy the compilers of this JVM have been. */
final class Compilers {
  /** What is looked at before they are called quiet. */
  private static final double WINDOW_MS = 3000;

  /** The part of the window that they may take. */
  private static final double QUIET = 0.02;

  private final CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
  private long since = System.nanoTime();
  private long before = compilers.getTotalCompilationTime();

  /** Whether the last whole window, of at least three seconds, was one in which they did little. */
  boolean areQuiet() {
    double passed = (System.nanoTime() - since) / 1e6;
    if (passed < WINDOW_MS) {
      return false;
    }
    long now = compilers.getTotalCompilationTime();
    boolean quiet = now - before < QUIET * passed;
    since = System.nanoTime();
    before = now;
    return quiet;
  }
}
