package dev.secant.job;

import dev.secant.table.TrialRecord.Status;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Tells people how far the sweep is: trials done, steps a second, time left. */
public final class Progress {
  private final PrintStream out;
  private final boolean live;
  private final Duration every;
  private final boolean traces;

  private final ScheduledExecutorService ticker = Ticker.named("secant-progress");
  private volatile SweepState state;

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

  void start(SweepState state) {
    this.state = state;
    ticker.scheduleAtFixedRate(
        this::show, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  void ended(PlannedTrial trial, Status status, String message) {
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
    show();
    if (live) {
      out.println();
    }
  }

  synchronized void say(String line) {
    out.println((live ? "\r\033[K" : "") + line);
  }

  private synchronized void show() {
    double seconds = state.seconds();
    double secondsLeft = state.secondsLeft().orElse(Double.POSITIVE_INFINITY);
    int done = state.ended();
    boolean ended = done == state.planned();
    double share = ended ? 1 : seconds / (seconds + secondsLeft);
    String left = ended ? "done" : share < 0.001 ? "?" : clock(secondsLeft) + " left";
    String line =
        String.format(
            Locale.ROOT,
            "%d/%d trials  %3.0f %%  %,.0f steps/s  %s gone  %s",
            done,
            state.planned(),
            100 * share,
            state.stepsPerSecond(),
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

  /** A time as people read it: {@code 12:34} or {@code 1:02:03}. */
  public static String clock(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }
}
