package dev.secant.table;

import static dev.secant.table.ColumnType.DOUBLE;
import static dev.secant.table.ColumnType.INTEGER;
import static dev.secant.table.ColumnType.LONG;
import static dev.secant.table.ColumnType.TEXT;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One row of {@code trials}: what was run and how it ended. Its presence is what commits a trial.
 *
 * @param values by column; columns that are not named are null
 */
public record TrialRecord(Map<String, Object> values) {
  public static final Table TABLE =
      new Table(
          "trials",
          List.of(
              new Column("trial_id", TEXT, false, "first 12 hex digits of SHA-256 of config_json"),
              new Column("sweep", TEXT, false, "name of the sweep that ran it"),
              text("architecture", "type of the network"),
              text("architecture_config", "its options, JSON"),
              text("dataset", "type of the dataset"),
              text("dataset_config", "its options, JSON"),
              new Column("batch_size", INTEGER, false, "samples a step"),
              text("optimizer", "type of the update rule"),
              text("optimizer_config", "its options, JSON"),
              number("learning_rate", "peak learning rate"),
              text("schedule", "type of the learning-rate schedule"),
              text("schedule_config", "its options, JSON"),
              whole("seed", "seed of the initial weights"),
              whole("seed_order", "seed of the sample order"),
              whole("seed_noise", "seed of augmentation and dropout"),
              new Column("epochs", INTEGER, false, "epochs asked for"),
              number("weight_decay", "lambda"),
              number("clip_norm", "gradient norm clipped at; null for never"),
              whole("parameters", "trainable weights d"),
              whole("steps", "length T of the path that was measured"),
              text("status", "complete, diverged, drifted or failed"),
              text("error_category", "bad-data, out-of-memory, engine or internal"),
              text("error_message", "what went wrong"),
              number("final_train_loss", "mean minibatch loss of the last epoch"),
              number("final_train_score", "score of the last epoch"),
              number("final_validation_loss", "validation loss after the last epoch"),
              number("final_validation_score", "validation score after the last epoch"),
              number("final_validation_mean_iou", "segmentation only"),
              number(
                  "replay_drift", "sum over boundaries of |w replayed - w recorded|; 0 if exact"),
              text("measure_mode", "replay"),
              new Column("segments", INTEGER, true, "parts of the replay"),
              number("record_seconds", "training of the record pass, s"),
              number("replay_seconds", "sum over segments of the replay, s"),
              text("device", "cpu or gpu"),
              new Column("threads", INTEGER, true, "threads one operation used"),
              text("secant_version", ""),
              text("pytorch_version", ""),
              text("spark_version", ""),
              text("java_version", ""),
              text("config_json", "all that determines the path, canonical JSON")));

  public TrialRecord {
    values = new LinkedHashMap<>(values);
    for (String column : values.keySet()) {
      if (TABLE.columns().stream().noneMatch(known -> known.name().equals(column))) {
        throw new IllegalArgumentException("table trials has no column " + column);
      }
    }
  }

  /** The row's values in the order of {@link #TABLE}. */
  public Object[] row() {
    return TABLE.columns().stream().map(column -> values.get(column.name())).toArray();
  }

  private static Column text(String name, String comment) {
    return new Column(name, TEXT, true, comment);
  }

  private static Column whole(String name, String comment) {
    return new Column(name, LONG, true, comment);
  }

  private static Column number(String name, String comment) {
    return new Column(name, DOUBLE, true, comment);
  }
}
