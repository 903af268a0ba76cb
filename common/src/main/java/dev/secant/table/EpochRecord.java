package dev.secant.table;

import static dev.secant.table.ColumnType.DOUBLE;
import static dev.secant.table.ColumnType.INTEGER;
import static dev.secant.table.ColumnType.LONG;
import static dev.secant.table.ColumnType.TEXT;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How well the trial did over one epoch; with the full-batch gradient at its end, a row of {@code
 * epochs} for each reference. NaN here is null in the table.
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
          Stream.concat(
                  Stream.of(
                      new Column("trial_id", TEXT, false, "the trial, as in trials"),
                      new Column("reference", TEXT, false, "which w*, for the full-batch columns"),
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
                          "mean intersection over union; segmentation only")),
                  FullBatchRecord.MEASURES.stream().map(EpochRecord::ofFullBatch))
              .toList());

  /**
   * The row's values in the order of {@link #TABLE}.
   *
   * @param fullBatch at the epoch's end, where it was measured
   */
  public Object[] row(String trialId, String reference, Optional<FullBatchRecord> fullBatch) {
    Object[] first = {
      trialId,
      reference,
      epoch,
      step,
      orNull(trainLoss),
      orNull(trainScore),
      orNull(validationLoss),
      orNull(validationScore),
      orNull(validationMeanIou)
    };
    return fullBatch.isPresent()
        ? fullBatch.get().measures().after(first)
        : Arrays.copyOf(first, TABLE.columns().size());
  }

  private static Column ofFullBatch(Column measure) {
    return new Column(
        "full_batch_" + measure.name(),
        measure.type(),
        true,
        measure.name() + " of the loss over all training samples, at the epoch's end weights");
  }

  private static Double orNull(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
