package dev.secant.job;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkException;

/** Who is at fault where a Spark job of a trial ended without an outcome. */
final class JobEnd {
  /** Spark has tried a task as often as it may, and gave its job up. */
  private static final Pattern GIVEN_UP =
      Pattern.compile(
          "(?s)Job aborted due to stage failure: (Task \\d.*|Total size of serialized results.*)");

  private static final Pattern LOST =
      Pattern.compile(
          "(?s).*failed (\\d+) times, most recent failure: .*?(ExecutorLostFailure .*?)"
              + "\\s*(Driver stacktrace:.*)?");

  private JobEnd() {}

  /**
   * Why the trial failed, where it is at fault.
   *
   * @param sparkIsGone whether no job can run any more
   * @throws SweepStopped where the output or the cluster is
   */
  static TaskOutcome.Failure failure(Exception end, boolean sparkIsGone) {
    for (Throwable e = end; e != null; e = e.getCause()) {
      if (e instanceof OutputFailed) {
        throw new SweepStopped(e.getMessage(), end);
      }
    }
    if (end instanceof IOException) {
      // The driver itself reads and writes nothing else.
      throw new SweepStopped("its output failed: " + end.getMessage(), end);
    }
    if (!(end instanceof SparkException)) {
      if (sparkIsGone) {
        throw new SweepStopped("the cluster has ended the application, or is gone", end);
      }
      return TaskOutcome.Failure.of(end);
    }
    String message = String.valueOf(end.getMessage());
    if (!GIVEN_UP.matcher(message).matches()) {
      throw new SweepStopped("Spark ended a job: " + firstLine(message), end);
    }
    Matcher lost = LOST.matcher(message);
    if (lost.matches()) {
      return new TaskOutcome.Failure(
          "lost-executor",
          "its task took its executor down, "
              + lost.group(1)
              + " times; the last time: "
              + lost.group(2).replaceAll("\\s+", " "),
          "");
    }
    return end.getCause() == null
        ? new TaskOutcome.Failure("internal", firstLine(message), message)
        : TaskOutcome.Failure.of(end.getCause());
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }
}
