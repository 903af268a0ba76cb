package dev.secant.analysis;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A metric's values, each of a trial that is complete.
 *
 * @param values one a trial
 * @param model the trials' levels, and what can be told from them
 * @param planned all trials' levels, with those that were dropped
 * @param dropped why trials were dropped; empty where none was
 */
record Sample(double[] values, Model model, Trials planned, String dropped) {

  /**
   * Trials by their factors.
   *
   * @param factors with a level for each trial
   * @param replicate which of the replicates each trial is
   */
  record Trials(List<Factor> factors, Factor replicate) {
    Trials at(List<Integer> trials) {
      return new Trials(
          factors.stream().map(factor -> factor.at(trials)).toList(), replicate.at(trials));
    }

    int count() {
      return replicate.levelOf().size();
    }
  }

  /** What can be told from a set of trials; the same for all metrics that have values of them. */
  record Model(Trials trials, Design design, Anova anova) {
    static Model of(Trials trials) {
      Design design = Design.of(trials.factors(), trials.count());
      return new Model(trials, design, new Anova(design.factors(), trials.count()));
    }
  }

  int size() {
    return values.length;
  }

  int droppedCount() {
    return planned.count() - size();
  }

  double[] of(List<Integer> trials) {
    return trials.stream().mapToDouble(trial -> values[trial]).toArray();
  }

  /** The same factor, with the levels of the dropped trials too. */
  Factor planned(Factor factor) {
    return planned.factors().stream()
        .filter(other -> other.name().equals(factor.name()))
        .findFirst()
        .orElseThrow();
  }

  /** The trials at a level. */
  static List<Integer> at(Factor factor, int level) {
    return IntStream.range(0, factor.levelOf().size())
        .filter(trial -> factor.levelOf().get(trial) == level)
        .boxed()
        .toList();
  }

  /** Remarks in a row; those that are empty are left out. */
  static String said(String... remarks) {
    return Stream.of(remarks).filter(remark -> !remark.isEmpty()).collect(Collectors.joining("; "));
  }
}
