package dev.secant.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.job.Schemas;
import dev.secant.table.TrialRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.junit.jupiter.api.Test;

/** What lines stand for, in sweeps of a few trials and of many. */
class GroupingTest {
  private final List<Row> rows = new ArrayList<>();

  @Test
  void byLevelByConfigurationAndEachTrial() {
    trial(Map.of("batch_size", 128, "seed", 1L));
    trial(Map.of("batch_size", 32, "seed", 0L));
    trial(Map.of("batch_size", 128, "seed", 0L));
    List<Grouping> groupings = groupings().groupings();

    assertThat(groupings)
        .extracting(Grouping::name)
        .containsExactly("batch_size", "configuration", "trial");
    assertThat(groupings.get(0).groups())
        .extracting(group -> group.name() + ": " + group.trials())
        .containsExactly("32: 1", "128: 2");
    assertThat(groupings.get(1).groups())
        .extracting(Grouping.Group::name)
        .containsExactly("batch size 32", "batch size 128");
    assertThat(groupings.get(2).groups())
        .extracting(Grouping.Group::name)
        .containsExactly(
            "batch size 32, seed 0 (000000000001)",
            "batch size 128, seed 0 (000000000002)",
            "batch size 128, seed 1 (000000000000)");
  }

  @Test
  void aConfigurationIsNamedByWhatTellsItApart() {
    trial(Map.of("architecture", "mlp", "dataset", "shapes", "batch_size", 16));
    trial(Map.of("architecture", "unet", "dataset", "scenes", "batch_size", 16));
    trial(Map.of("architecture", "unet", "dataset", "scenes", "batch_size", 32));

    assertThat(Trials.of(rows).configurations())
        .containsExactly("mlp, batch size 16", "unet, batch size 16", "unet, batch size 32");
  }

  @Test
  void aTrialThatEndedEarlyIsAsFastAsOthersOfItsData() {
    trial(Map.of("batch_size", 1, "steps", 80L, "epochs", 2));
    trial(Map.of("batch_size", 2, "steps", 40L, "epochs", 2));
    trial(Map.of("batch_size", 2, "steps", 3L, "epochs", 2, "status", "diverged"));
    trial(Map.of("batch_size", 3, "steps", 8L, "epochs", 2, "status", "diverged"));

    assertThat(Trials.of(rows).stepsPerEpoch()).containsExactly(40, 20, 20, 4);
  }

  @Test
  void manyTrialsAreDrawnAsGroups() {
    for (int i = 0; i < 61; i++) {
      trial(Map.of("batch_size", i % 2, "learning_rate", 1.0 + i % 30, "seed", (long) i));
    }
    Grouping.Choice choice = groupings();

    assertThat(choice.groupings())
        .extracting(Grouping::name)
        .containsExactly("batch_size", "configuration");
    assertThat(choice.leftOut())
        .containsExactly(
            "learning rate has 30 levels: too many for lines of their own",
            "61 trials: too many for lines of their own, only groups of them are drawn");
  }

  @Test
  void thereAreNoMoreLinesThanAllowed() {
    for (int i = 0; i < 20; i++) {
      trial(Map.of("batch_size", i));
    }

    assertThat(Grouping.of(Trials.of(rows), 45).groupings())
        .extracting(Grouping::name)
        .containsExactly("batch_size", "configuration");
  }

  private Grouping.Choice groupings() {
    return Grouping.of(Trials.of(rows), 150);
  }

  private void trial(Map<String, ?> values) {
    Object[] row =
        TrialRecord.TABLE.columns().stream()
            .map(
                column -> {
                  Object value = values.get(column.name());
                  return value != null ? value : usual(column.name());
                })
            .toArray();
    rows.add(new GenericRowWithSchema(row, Schemas.of(TrialRecord.TABLE)));
  }

  private Object usual(String column) {
    return switch (column) {
      case "trial_id" -> "%012x".formatted(rows.size());
      case "status" -> "complete";
      case "batch_size", "epochs" -> 1;
      case "seed", "steps" -> 0L;
      default -> column.endsWith("_config") ? "{}" : "same";
    };
  }
}
