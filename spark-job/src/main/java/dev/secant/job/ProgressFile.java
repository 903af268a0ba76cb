package dev.secant.job;

import dev.secant.config.InputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code _progress} of an output that is being written: it says who runs the sweep and how
 * far it is, to whoever can read the output. Written anew every ten seconds, gone at the end; what
 * a crash leaves is overwritten by the next run.
 */
final class ProgressFile implements AutoCloseable {
  static final String NAME = "_progress";

  private static final Logger LOG = LoggerFactory.getLogger(ProgressFile.class);
  private static final Duration EVERY = Duration.ofSeconds(10);

  private final Output output;
  private final SweepState state;
  private final String application;
  private final String host = host();
  private final Instant since = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final ScheduledExecutorService ticker = Ticker.named("secant-progress-file");
  private long beats;

  /** Writes the file, and from now on again and again. */
  ProgressFile(Output output, SweepState state, String application) {
    this.output = output;
    this.state = state;
    this.application = application;
    ticker.scheduleAtFixedRate(this::write, 0, EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  private void write() {
    beats++;
    SweepProgress progress =
        new SweepProgress(
            host,
            ProcessHandle.current().pid(),
            since.toString(),
            application,
            beats,
            state.sum(Count.STEPS),
            state.stepsPerSecond(),
            state.secondsLeft(),
            state.trials());
    try {
      output.write(NAME, progress.file());
    } catch (InputException e) {
      // The sweep does not need it; the next beat tries again.
      LOG.warn(e.getMessage());
    }
  }

  @Override
  public void close() {
    ticker.shutdownNow();
    try {
      // A file that is just being written must not appear after it was removed.
      if (!ticker.awaitTermination(EVERY.toSeconds(), TimeUnit.SECONDS)) {
        LOG.warn("{} may be left", NAME);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      output.files().delete(new Path(output.root(), NAME), false);
    } catch (IOException e) {
      LOG.warn("{} is left: {}", NAME, e.getMessage());
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
