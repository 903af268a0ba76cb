package dev.secant.table;

import static dev.secant.table.ColumnType.INTEGER;
import static dev.secant.table.ColumnType.LONG;
import static dev.secant.table.ColumnType.TEXT;

import java.util.List;
import java.util.stream.Stream;

/**
 * One row of {@code probes}: the gradient of one of a few minibatches that are the same all along
 * the path, at the weights of one step.
 *
 * @param probe which minibatch, from 0
 * @param measures the values of {@link #MEASURES}
 */
public record ProbeRecord(String reference, long step, int epoch, int probe, Measures measures)
    implements TableRow {
  public static final List<Column> MEASURES =
      Measures.columns(
          "loss",
          "distance",
          "gradient_norm",
          "inner_product",
          "rsi",
          "eb",
          "gamma",
          "gradient_norm_wd",
          "inner_product_wd",
          "rsi_wd",
          "eb_wd",
          "gamma_wd",
          "prescribed_lr");

  public static final Table TABLE =
      new Table(
          "probes",
          Stream.concat(
                  Stream.of(
                      new Column("trial_id", TEXT, false, "the trial, as in trials"),
                      new Column("reference", TEXT, false, "which w*"),
                      new Column("step", LONG, false, "from 0"),
                      new Column("epoch", INTEGER, false, "from 0"),
                      new Column("probe", INTEGER, false, "which of the fixed minibatches")),
                  MEASURES.stream())
              .toList());

  /**
   * @param all the values of {@link StepRecord#MEASURES}
   */
  public static ProbeRecord of(String reference, long step, int epoch, int probe, double[] all) {
    return new ProbeRecord(reference, step, epoch, probe, Measures.select(MEASURES, all));
  }

  @Override
  public Object[] row(String trialId) {
    return measures.after(trialId, reference, step, epoch, probe);
  }
}
