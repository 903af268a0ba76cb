package dev.secant.table;

import static dev.secant.table.ColumnType.DOUBLE;
import static dev.secant.table.ColumnType.INTEGER;
import static dev.secant.table.ColumnType.LONG;
import static dev.secant.table.ColumnType.TEXT;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * One row of {@code steps}: the geometry at one step, relative to one reference point. A quantity
 * that is not defined there (its denominator is 0, there is no weight decay, a number is not
 * finite) is NaN here and null in the table.
 *
 * @param measures the values of {@link #MEASURES}, in that order
 */
public record StepRecord(String reference, long step, int epoch, double[] measures)
    implements TableRow {
  /** The measured columns, in order. */
  public static final List<Column> MEASURES =
      List.of(
          measure("loss", "minibatch loss at w_t, without weight decay"),
          measure("learning_rate", "learning rate of the step"),
          measure("weight_norm", "norm of w_t"),
          measure("distance", "norm of w_t - w*"),
          measure("gradient_norm", "norm of g_t"),
          measure("inner_product", "<g_t, w_t - w*>"),
          measure("rsi", "inner_product / distance^2"),
          measure("eb", "gradient_norm / distance"),
          measure("gamma", "rsi / eb = cos(g_t, w_t - w*)"),
          measure("gradient_norm_wd", "norm of g_t + lambda w_t; null without weight decay"),
          measure("inner_product_wd", "<g_t + lambda w_t, w_t - w*>"),
          measure("rsi_wd", "rsi of g_t + lambda w_t"),
          measure("eb_wd", "eb of g_t + lambda w_t"),
          measure("gamma_wd", "gamma of g_t + lambda w_t"),
          measure("update_norm", "norm of u_t = w_(t+1) - w_t"),
          measure("update_inner_product", "<u_t, w_t - w*>"),
          measure("prescribed_lr", "inner_product / gradient_norm^2"),
          measure("gamma_null", "gamma of a random walk: |u_t| / sqrt(sum over s >= t of |u_s|^2)"),
          measure("gamma_excess", "gamma - gamma_null"));

  public static final Table TABLE =
      new Table(
          "steps",
          concat(
              List.of(
                  new Column("trial_id", TEXT, false, "the trial, as in trials"),
                  new Column("reference", TEXT, false, "which w*"),
                  new Column("step", LONG, false, "from 0"),
                  new Column("epoch", INTEGER, false, "from 0")),
              MEASURES));

  public StepRecord {
    if (measures.length != MEASURES.size()) {
      throw new IllegalArgumentException(
          measures.length + " measures for " + MEASURES.size() + " columns");
    }
  }

  @Override
  public Object[] row(String trialId) {
    Object[] row = new Object[TABLE.columns().size()];
    row[0] = trialId;
    row[1] = reference;
    row[2] = step;
    row[3] = epoch;
    for (int i = 0; i < measures.length; i++) {
      row[4 + i] = Double.isFinite(measures[i]) ? measures[i] : null;
    }
    return row;
  }

  /** The measure of that column. */
  public double measure(String column) {
    return measures[indexOf(column)];
  }

  /** Where a measured column stands in {@link #measures}. */
  public static int indexOf(String column) {
    for (int i = 0; i < MEASURES.size(); i++) {
      if (MEASURES.get(i).name().equals(column)) {
        return i;
      }
    }
    throw new IllegalArgumentException("no measure " + column);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StepRecord record
        && reference.equals(record.reference)
        && step == record.step
        && epoch == record.epoch
        && Arrays.equals(measures, record.measures);
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(step) + Arrays.hashCode(measures);
  }

  private static Column measure(String name, String comment) {
    return new Column(name, DOUBLE, true, comment);
  }

  private static List<Column> concat(List<Column> first, List<Column> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }
}
