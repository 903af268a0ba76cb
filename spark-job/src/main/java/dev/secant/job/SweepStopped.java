package dev.secant.job;

/**
 * A sweep that could not go on, through no fault of its trials: its output cannot be written, or
 * its cluster is gone. What is committed stays; running again goes on.
 */
public final class SweepStopped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SweepStopped(String reason, Throwable cause) {
    super("the sweep stopped: " + reason + "; run again to go on", cause);
  }

  SweepStopped(String reason) {
    this(reason, null);
  }
}
