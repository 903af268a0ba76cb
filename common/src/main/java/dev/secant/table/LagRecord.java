package dev.secant.table;

import static dev.secant.table.ColumnType.DOUBLE;
import static dev.secant.table.ColumnType.INTEGER;
import static dev.secant.table.ColumnType.LONG;
import static dev.secant.table.ColumnType.TEXT;

import java.util.List;

/**
 * One row of {@code lags}: what two gradients that are some steps apart have in common besides
 * their direction to w*.
 *
 * @param step s, the earlier of the two
 * @param lag k, steps between them
 * @param cosine between the part of g_s orthogonal to w_s - w* and that of g_(s+k) orthogonal to
 *     w_(s+k) - w*; NaN, null in the table, where one of them is 0
 * @param movement |w_s - w_(s+k)|
 */
public record LagRecord(
    String reference, long step, int epoch, int lag, double cosine, double movement)
    implements TableRow {
  public static final Table TABLE =
      new Table(
          "lags",
          List.of(
              new Column("trial_id", TEXT, false, "the trial, as in trials"),
              new Column("reference", TEXT, false, "which w*"),
              new Column("step", LONG, false, "s, the earlier step, from 0"),
              new Column("epoch", INTEGER, false, "of the earlier step, from 0"),
              new Column("lag", INTEGER, false, "k, steps from the earlier to the later one"),
              new Column(
                  "cosine",
                  DOUBLE,
                  true,
                  "between the parts of g_s and g_(s+k) orthogonal to their own w - w*"),
              new Column("movement", DOUBLE, true, "norm of w_s - w_(s+k)")));

  @Override
  public Object[] row(String trialId) {
    return new Object[] {
      trialId,
      reference,
      step,
      epoch,
      lag,
      Double.isFinite(cosine) ? cosine : null,
      Double.isFinite(movement) ? movement : null
    };
  }
}
