package dev.secant.report;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;

/**
 * A sweep in a few numbers; NaN where nothing is known.
 *
 * @param statuses how many trials have each status, and how many are {@code left}
 * @param steps of all paths together
 * @param seconds of both passes of all trials together
 * @param largestDrift of any trial's replay
 * @param positive share of steps with gamma > 0, of the trial in the middle
 * @param excessive share of steps with gamma above its null, of the trial in the middle
 * @param versions what the trials ran on, and how many of them
 */
record Glance(
    Map<String, Integer> statuses,
    long steps,
    int smallest,
    int largest,
    double seconds,
    double largestDrift,
    double positive,
    double excessive,
    Map<String, Map<String, Integer>> versions) {
  private static final List<String> VERSIONS =
      List.of(
          "secant_version",
          "pytorch_version",
          "djl_version",
          "spark_version",
          "java_version",
          "device",
          "threads");

  /**
   * @param summary rows of {@code summary}, of the reference that is shown first
   * @param planned the ids of the sweep's trials
   */
  static Glance of(Trials trials, List<Row> summary, Set<String> planned) {
    Map<String, Integer> statuses = new TreeMap<>(trials.counts("status"));
    Set<String> ids =
        Set.copyOf(trials.rows().stream().map(row -> row.<String>getAs("trial_id")).toList());
    int left = (int) planned.stream().filter(id -> !ids.contains(id)).count();
    if (left > 0) {
      statuses.put("left", left);
    }
    Map<String, Map<String, Integer>> versions = new TreeMap<>();
    VERSIONS.forEach(column -> versions.put(column, trials.counts(column)));
    return new Glance(
        statuses,
        trials.rows().stream().mapToLong(row -> row.<Long>getAs("steps")).sum(),
        weights(trials).min().orElse(0),
        weights(trials).max().orElse(0),
        numbers(trials.rows(), "record_seconds").sum()
            + numbers(trials.rows(), "replay_seconds").sum(),
        numbers(trials.rows(), "replay_drift").max().orElse(Double.NaN),
        median(summary, "gamma_positive"),
        median(summary, "gamma_excess_positive"),
        versions);
  }

  private static IntStream weights(Trials trials) {
    return trials.rows().stream()
        .mapToInt(row -> row.<Integer>getAs("parameters"))
        .filter(weights -> weights > 0);
  }

  private static DoubleStream numbers(List<Row> rows, String column) {
    return rows.stream()
        .filter(row -> row.getAs(column) != null)
        .mapToDouble(row -> row.<Double>getAs(column));
  }

  private static double median(List<Row> rows, String column) {
    double[] values = numbers(rows, column).sorted().toArray();
    return values.length == 0
        ? Double.NaN
        : (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
  }
}
