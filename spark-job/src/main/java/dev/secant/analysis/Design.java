package dev.secant.analysis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which of the factors a number of trials can tell apart.
 *
 * @param factors with more than one level among the trials, one of those that change together
 * @param aliases for each other such factor the one in its stead: each level of one goes with one
 *     level of the other
 */
record Design(List<Factor> factors, Map<String, Factor> aliases, int trials) {

  /**
   * @param factors with a level for each trial; the first of those that change together stays
   */
  static Design of(List<Factor> factors, int trials) {
    List<Factor> apart = new ArrayList<>();
    Map<String, Factor> aliases = new LinkedHashMap<>();
    for (Factor factor : factors) {
      if (factor.occurring() < 2) {
        continue;
      }
      apart.stream()
          .filter(other -> factor.isDeterminedBy(other) && other.isDeterminedBy(factor))
          .findFirst()
          .ifPresentOrElse(other -> aliases.put(factor.name(), other), () -> apart.add(factor));
    }
    return new Design(List.copyOf(apart), aliases, trials);
  }

  /** The names of the factors that change whenever this one does and have no place of their own. */
  List<String> aliasesOf(Factor factor) {
    return aliases.entrySet().stream()
        .filter(entry -> entry.getValue().equals(factor))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Why a factor adds nothing to the others. */
  String confounding(Factor factor) {
    String by =
        factors.stream()
            .filter(other -> !other.equals(factor) && factor.isDeterminedBy(other))
            .map(Factor::name)
            .collect(Collectors.joining(" and by "));
    return by.isEmpty() ? "cannot be told from the other factors together" : "determined by " + by;
  }

  /** How far from a full, balanced grid it is; empty where it is one. */
  String imbalance() {
    Map<List<Integer>, Integer> cells = new LinkedHashMap<>();
    IntStream.range(0, trials).forEach(trial -> cells.merge(cell(factors, trial), 1, Integer::sum));
    double all = 1;
    for (Factor factor : factors) {
      all *= factor.occurring();
    }
    List<String> said = new ArrayList<>();
    if (cells.size() < all) {
      said.add("%.0f of %.0f cells are empty".formatted(all - cells.size(), all));
    }
    int least = cells.values().stream().mapToInt(n -> n).min().orElse(0);
    int most = cells.values().stream().mapToInt(n -> n).max().orElse(0);
    if (least < most) {
      said.add("unbalanced: " + least + " to " + most + " trials a cell");
    }
    return String.join("; ", said);
  }

  /** The levels that a trial has of these factors. */
  static List<Integer> cell(List<Factor> factors, int trial) {
    return factors.stream().map(factor -> factor.levelOf().get(trial)).toList();
  }

  /** Whether these groups of trials lie in the same cells of these factors, as often. */
  static boolean coverTheSame(List<Factor> factors, List<List<Integer>> groups) {
    Set<Map<List<Integer>, Long>> different = new HashSet<>();
    for (List<Integer> group : groups) {
      different.add(
          group.stream()
              .collect(
                  Collectors.groupingBy(trial -> cell(factors, trial), Collectors.counting())));
    }
    return different.size() <= 1;
  }
}
