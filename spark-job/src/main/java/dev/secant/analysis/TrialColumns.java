package dev.secant.analysis;

import dev.secant.table.Column;
import dev.secant.table.TrialRecord;
import java.util.List;
import java.util.Set;

/** The columns of {@code trials}, by what they say: what was run, or what came of it. */
final class TrialColumns {
  private static final Set<String> OUTCOMES =
      Set.of(
          "parameters",
          "steps",
          "status",
          "error_category",
          "error_message",
          "final_train_loss",
          "final_validation_loss",
          "final_validation_score",
          "replay_drift",
          "measure_mode",
          "segments",
          "record_seconds",
          "replay_seconds",
          "data_wait_share");

  private static final Set<String> SURROUNDINGS =
      Set.of(
          "device",
          "threads",
          "secant_version",
          "djl_version",
          "pytorch_version",
          "spark_version",
          "java_version");

  private static final Set<String> NAMES = Set.of("trial_id", "config_json");

  private TrialColumns() {}

  /** What was run. A column that {@code trials} gets is a factor unless it is named above. */
  static List<Column> factors() {
    return TrialRecord.TABLE.columns().stream()
        .filter(column -> !OUTCOMES.contains(column.name()))
        .filter(column -> !SURROUNDINGS.contains(column.name()))
        .filter(column -> !NAMES.contains(column.name()))
        .toList();
  }

  static Column named(String name) {
    return TrialRecord.TABLE.columns().stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
