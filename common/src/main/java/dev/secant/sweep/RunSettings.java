package dev.secant.sweep;

import java.time.Duration;
import java.util.Optional;

/**
 * How long a run waits, which changes no path and no trial's id.
 *
 * @param timeLimit how long the tasks of one trial may run, all of them together; empty for ever
 * @param executorTimeout how long a cluster may leave the run without any executor; empty for ever
 */
public record RunSettings(Optional<Duration> timeLimit, Optional<Duration> executorTimeout) {
  /** Waits for ever. */
  public static final RunSettings PATIENT = new RunSettings(Optional.empty(), Optional.empty());
}
