package dev.secant.report;

import dev.secant.analysis.Factor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;

/**
 * The committed trials and what was varied among them.
 *
 * @param rows of {@code trials}
 * @param factors with more than one level, with a level for each row
 */
record Trials(List<Row> rows, List<Factor> factors) {
  Trials {
    rows = List.copyOf(rows);
    factors = List.copyOf(factors);
  }

  /** Sorted by the levels of the factors, then by seed. */
  static Trials of(List<Row> rows) {
    List<Factor> factors = Factor.of(rows);
    Comparator<Integer> order = Comparator.comparing(trial -> 0);
    for (Factor factor : factors) {
      order = order.thenComparing(trial -> factor.levelOf().get(trial));
    }
    List<Row> sorted =
        IntStream.range(0, rows.size())
            .boxed()
            .sorted(
                order
                    .thenComparing(trial -> rows.get(trial).<Long>getAs("seed"))
                    .thenComparing(trial -> rows.get(trial).<String>getAs("trial_id")))
            .map(rows::get)
            .toList();
    return new Trials(sorted, Factor.of(sorted));
  }

  int size() {
    return rows.size();
  }

  String id(int trial) {
    return rows.get(trial).getAs("trial_id");
  }

  /** The settings but for the seeds, by those factors that the ones before them leave open. */
  List<String> configurations() {
    List<Factor> saying = new ArrayList<>();
    for (Factor factor : factors) {
      if (!isSaid(factor, saying)) {
        saying.add(factor);
      }
    }
    return IntStream.range(0, size())
        .mapToObj(
            trial -> String.join(", ", saying.stream().map(factor -> said(factor, trial)).toList()))
        .toList();
  }

  private boolean isSaid(Factor factor, List<Factor> before) {
    Map<List<Integer>, Integer> levels = new HashMap<>();
    for (int i = 0; i < size(); i++) {
      int trial = i;
      List<Integer> cell = before.stream().map(other -> other.levelOf().get(trial)).toList();
      Integer known = levels.putIfAbsent(cell, factor.levelOf().get(trial));
      if (known != null && !known.equals(factor.levelOf().get(trial))) {
        return false;
      }
    }
    return true;
  }

  /** A type speaks for itself; of a number or a flag one wants to know what it is. */
  private static String said(Factor factor, int trial) {
    String level = factor.levels().get(factor.levelOf().get(trial));
    return level.matches("[-.0-9].*|true|false|none")
        ? factor.name().replace('_', ' ') + " " + level
        : level;
  }

  /**
   * How many steps an epoch takes, for each trial. One that ended early is told by those that did
   * not and have the same data and batch size; where there are none, its steps fill its epochs.
   */
  double[] stepsPerEpoch() {
    Map<List<Object>, Double> known = new HashMap<>();
    for (int i = 0; i < size(); i++) {
      if (rows.get(i).getAs("status").equals("complete")) {
        known.merge(loading(i), ownStepsPerEpoch(i), Math::max);
      }
    }
    return IntStream.range(0, size())
        .mapToDouble(i -> known.getOrDefault(loading(i), ownStepsPerEpoch(i)))
        .toArray();
  }

  private List<Object> loading(int trial) {
    Row row = rows.get(trial);
    return List.of(row.getAs("dataset"), row.getAs("dataset_config"), row.getAs("batch_size"));
  }

  private double ownStepsPerEpoch(int trial) {
    Row row = rows.get(trial);
    return (double) row.<Long>getAs("steps") / Math.max(1, row.<Integer>getAs("epochs"));
  }

  /** Passes over the samples of the longest trial; 0 where there is none. */
  int epochs() {
    return rows.stream().mapToInt(row -> row.<Integer>getAs("epochs")).max().orElse(0);
  }

  /** How often each value of a column occurs. */
  Map<String, Integer> counts(String column) {
    Map<String, Integer> counts = new TreeMap<>();
    rows.forEach(row -> counts.merge(String.valueOf(row.<Object>getAs(column)), 1, Integer::sum));
    return counts;
  }
}
