package dev.secant.analysis;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import dev.secant.table.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Row;

/**
 * What was varied, and the level of it that each trial has. A type and its settings are one factor;
 * the learning rate is one of its own, apart from the optimizer's other settings.
 *
 * @param name the column of {@code trials}
 * @param levels in the order of their values
 * @param levelOf for each trial, an index into levels
 */
public record Factor(String name, List<String> levels, List<Integer> levelOf) {
  /** Trials that differ in these alone are replicates. */
  static final List<String> SEEDS = List.of("seed", "seed_order", "seed_noise");

  private static final String SETTINGS = "_config";
  private static final String ABSENT = "none";

  /** Those with more than one level, the columns of {@code trials} in their order. */
  public static List<Factor> of(List<Row> trials) {
    Set<String> columns = new HashSet<>();
    TrialColumns.factors().forEach(column -> columns.add(column.name()));
    List<Factor> factors = new ArrayList<>();
    for (Column column : TrialColumns.factors()) {
      String name = column.name();
      boolean isSettings =
          name.endsWith(SETTINGS)
              && columns.contains(name.substring(0, name.length() - SETTINGS.length()));
      if (isSettings || SEEDS.contains(name)) {
        continue;
      }
      Factor factor =
          columns.contains(name + SETTINGS) ? withSettings(name, trials) : plain(name, trials);
      if (factor.levels().size() > 1) {
        factors.add(factor);
      }
    }
    return List.copyOf(factors);
  }

  /** The seeds as one: which replicate each trial is. */
  static Factor replicate(List<Row> trials) {
    return of(
        "seed",
        trials.stream()
            .map(row -> SEEDS.stream().map(seed -> text(row.getAs(seed))).toList().toString())
            .toList(),
        Comparator.naturalOrder());
  }

  private static Factor plain(String name, List<Row> trials) {
    Map<String, Object> values = new HashMap<>();
    trials.forEach(row -> values.put(text(row.getAs(name)), row.getAs(name)));
    boolean numbers =
        values.values().stream().allMatch(value -> value == null || value instanceof Number);
    Comparator<String> order =
        numbers
            ? Comparator.comparingDouble(
                text ->
                    values.get(text) == null
                        ? Double.POSITIVE_INFINITY
                        : ((Number) values.get(text)).doubleValue())
            : Comparator.naturalOrder();
    return of(name, trials.stream().map(row -> text(row.getAs(name))).toList(), order);
  }

  /** A type is named with its settings where it occurs with several. */
  private static Factor withSettings(String name, List<Row> trials) {
    Map<String, Set<String>> settings = new HashMap<>();
    List<String> types = new ArrayList<>();
    List<String> configs = new ArrayList<>();
    for (Row row : trials) {
      types.add(text(row.getAs(name)));
      configs.add(withoutRate(row.getAs(name + SETTINGS)));
      settings
          .computeIfAbsent(types.get(types.size() - 1), unused -> new HashSet<>())
          .add(configs.get(configs.size() - 1));
    }
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      String type = types.get(i);
      labels.add(settings.get(type).size() > 1 ? type + " " + configs.get(i) : type);
    }
    return of(name, labels, Comparator.naturalOrder());
  }

  private static String withoutRate(String json) {
    return ConfigFactory.parseString(json)
        .withoutPath("lr")
        .root()
        .render(ConfigRenderOptions.concise());
  }

  private static Factor of(String name, List<String> labels, Comparator<String> order) {
    Map<String, Integer> index = new TreeMap<>(order);
    labels.forEach(label -> index.put(label, 0));
    List<String> levels = List.copyOf(index.keySet());
    for (int i = 0; i < levels.size(); i++) {
      index.put(levels.get(i), i);
    }
    return new Factor(name, levels, labels.stream().map(index::get).toList());
  }

  private static String text(Object value) {
    return value == null ? ABSENT : value.toString();
  }

  /** Of some of the trials: a level that none of them has stays a level. */
  Factor at(List<Integer> trials) {
    return new Factor(name, levels, trials.stream().map(levelOf::get).toList());
  }

  /** How many levels occur. */
  int occurring() {
    return new HashSet<>(levelOf).size();
  }

  /** Whether the other's level says this one's. */
  boolean isDeterminedBy(Factor other) {
    Map<Integer, Integer> says = new LinkedHashMap<>();
    for (int i = 0; i < levelOf.size(); i++) {
      Integer before = says.putIfAbsent(other.levelOf.get(i), levelOf.get(i));
      if (before != null && !before.equals(levelOf.get(i))) {
        return false;
      }
    }
    return true;
  }
}
