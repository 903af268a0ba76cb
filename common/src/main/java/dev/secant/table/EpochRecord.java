package dev.secant.table;

import static dev.secant.table.ColumnType.DOUBLE;
import static dev.secant.table.ColumnType.INTEGER;
import static dev.secant.table.ColumnType.LONG;
import static dev.secant.table.ColumnType.TEXT;

import java.io.Serializable;
import java.util.List;

/**
 * One row of {@code epochs}: how well the trial did over one epoch. NaN here is null in the table.
 *
 * @param step the step after the epoch's last one
 * @param trainLoss mean minibatch loss over the epoch
 * @param trainScore over the epoch's minibatches: accuracy, pixel accuracy or perplexity
 * @param validationScore at the epoch's end: accuracy, pixel accuracy or perplexity
 * @param validationMeanIou mean intersection over union; segmentation only
 */
public record EpochRecord(
    int epoch,
    long step,
    double trainLoss,
    double trainScore,
    double validationLoss,
    double validationScore,
    double validationMeanIou)
    implements Serializable {
  public static final Table TABLE =
      new Table(
          "epochs",
          List.of(
              new Column("trial_id", TEXT, false, "the trial, as in trials"),
              new Column("epoch", INTEGER, false, "from 0"),
              new Column("step", LONG, false, "the step after the epoch's last one"),
              new Column("train_loss", DOUBLE, true, "mean minibatch loss over the epoch"),
              new Column(
                  "train_score",
                  DOUBLE,
                  true,
                  "accuracy, pixel accuracy or perplexity in training"),
              new Column("validation_loss", DOUBLE, true, "mean loss at the epoch's end"),
              new Column(
                  "validation_score",
                  DOUBLE,
                  true,
                  "accuracy, pixel accuracy or perplexity at the epoch's end"),
              new Column(
                  "validation_mean_iou",
                  DOUBLE,
                  true,
                  "mean intersection over union; segmentation only")));

  /** The row's values in the order of {@link #TABLE}. */
  public Object[] row(String trialId) {
    return new Object[] {
      trialId,
      epoch,
      step,
      orNull(trainLoss),
      orNull(trainScore),
      orNull(validationLoss),
      orNull(validationScore),
      orNull(validationMeanIou)
    };
  }

  private static Double orNull(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
