package dev.secant.table;

import static dev.secant.table.ColumnType.INTEGER;
import static dev.secant.table.ColumnType.LONG;
import static dev.secant.table.ColumnType.TEXT;

import java.util.List;
import java.util.stream.Stream;

/**
 * One row of {@code layers}: the geometry of one parameter tensor by itself.
 *
 * @param position of the tensor in the network, from 0
 * @param layer its name, as in PyTorch's {@code state_dict}
 * @param size numbers in it
 * @param measures the values of {@link #MEASURES}
 */
public record LayerRecord(
    String reference, long step, int epoch, int position, String layer, int size, Measures measures)
    implements TableRow {
  public static final List<Column> MEASURES =
      Measures.columns("distance", "gradient_norm", "inner_product", "rsi", "eb", "gamma");

  public static final Table TABLE =
      new Table(
          "layers",
          Stream.concat(
                  Stream.of(
                      new Column("trial_id", TEXT, false, "the trial, as in trials"),
                      new Column("reference", TEXT, false, "which w*"),
                      new Column("step", LONG, false, "from 0"),
                      new Column("epoch", INTEGER, false, "from 0"),
                      new Column("position", INTEGER, false, "of the tensor in the network"),
                      new Column("layer", TEXT, false, "the tensor's name"),
                      new Column("size", INTEGER, false, "numbers in the tensor")),
                  MEASURES.stream())
              .toList());

  /**
   * @param all the values of {@link StepRecord#MEASURES}
   */
  public static LayerRecord of(
      String reference, long step, int epoch, int position, String layer, int size, double[] all) {
    return new LayerRecord(
        reference, step, epoch, position, layer, size, Measures.select(MEASURES, all));
  }

  @Override
  public Object[] row(String trialId) {
    return measures.after(trialId, reference, step, epoch, position, layer, size);
  }
}
