package dev.secant.report;

import dev.secant.analysis.Factor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a line of a chart stands for: the trials of one level of a factor, those that differ in
 * their seeds alone, or one trial.
 *
 * @param groupOf for each trial an index into groups
 */
record Grouping(String name, List<Group> groups, List<Integer> groupOf) {
  /** More lines than these nobody can tell apart. */
  private static final int MOST_LEVELS = 24;

  /** More of these are shown by their groups only. */
  private static final int MOST_SMALL_GROUPS = 60;

  /**
   * @param trials how many
   * @param levels for each factor the index of the level that all of them have, or -1
   * @param stepsPerEpoch that all of them have, or NaN
   */
  record Group(String name, int trials, int[] levels, double stepsPerEpoch) {}

  /** The groupings that can be drawn, and what had to be left out. */
  record Choice(List<Grouping> groupings, List<String> leftOut) {}

  /**
   * @param most how many groups there may be in all
   */
  static Choice of(Trials trials, int most) {
    List<Grouping> groupings = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    int left = most;
    for (Factor factor : trials.factors()) {
      int groups = factor.levels().size();
      if (groups > Math.min(MOST_LEVELS, left)) {
        leftOut.add(
            "%s has %d levels: too many for lines of their own"
                .formatted(factor.name().replace('_', ' '), groups));
      } else {
        groupings.add(byLevel(factor, trials));
        left -= groups;
      }
    }
    Grouping configurations = byName("configuration", trials.configurations(), trials);
    Grouping each = each(trials);
    for (Grouping fine : List.of(configurations, each)) {
      int groups = fine.groups().size();
      if (groups > Math.min(MOST_SMALL_GROUPS, left)) {
        leftOut.add(
            "%d %ss: too many for lines of their own, only groups of them are drawn"
                .formatted(groups, fine.name()));
      } else if (groups > 0) {
        groupings.add(fine);
        left -= groups;
      }
    }
    return new Choice(List.copyOf(groupings), List.copyOf(leftOut));
  }

  private static Grouping byLevel(Factor factor, Trials trials) {
    return new Grouping(
        factor.name(), groups(factor.levels(), factor.levelOf(), trials), factor.levelOf());
  }

  private static Grouping byName(String name, List<String> names, Trials trials) {
    List<String> different = names.stream().distinct().toList();
    List<Integer> groupOf = names.stream().map(different::indexOf).toList();
    return new Grouping(name, groups(different, groupOf, trials), groupOf);
  }

  private static Grouping each(Trials trials) {
    List<String> configurations = trials.configurations();
    List<String> names =
        IntStream.range(0, trials.size())
            .mapToObj(
                trial ->
                    "%s%sseed %d (%s)"
                        .formatted(
                            configurations.get(trial),
                            configurations.get(trial).isEmpty() ? "" : ", ",
                            trials.rows().get(trial).<Long>getAs("seed"),
                            trials.id(trial)))
            .toList();
    return byName("trial", names, trials);
  }

  private static List<Group> groups(List<String> names, List<Integer> groupOf, Trials trials) {
    double[] stepsPerEpoch = trials.stepsPerEpoch();
    List<List<Integer>> members = new ArrayList<>();
    names.forEach(name -> members.add(new ArrayList<>()));
    for (int trial = 0; trial < groupOf.size(); trial++) {
      members.get(groupOf.get(trial)).add(trial);
    }
    List<Group> groups = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      List<Integer> own = members.get(i);
      double[] paces = own.stream().mapToDouble(trial -> stepsPerEpoch[trial]).distinct().toArray();
      groups.add(
          new Group(
              names.get(i).isEmpty() ? "all" : names.get(i),
              own.size(),
              trials.factors().stream().mapToInt(factor -> shared(factor, own)).toArray(),
              paces.length == 1 ? paces[0] : Double.NaN));
    }
    return groups;
  }

  private static int shared(Factor factor, List<Integer> trials) {
    int[] levels = trials.stream().mapToInt(factor.levelOf()::get).distinct().toArray();
    return levels.length == 1 ? levels[0] : -1;
  }
}
