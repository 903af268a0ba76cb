package dev.secant.table;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Some of the quantities of {@link StepRecord#MEASURES}, in the order of a table that holds them. A
 * quantity that is not defined is NaN here and null in the table.
 */
public final class Measures implements Serializable {
  private static final long serialVersionUID = 1L;

  private final double[] values;

  private Measures(double[] values) {
    this.values = values;
  }

  /**
   * @param columns which of the measures to keep
   * @param all the values of {@link StepRecord#MEASURES}, in that order
   */
  static Measures select(List<Column> columns, double[] all) {
    return new Measures(
        columns.stream().mapToDouble(column -> all[StepRecord.indexOf(column.name())]).toArray());
  }

  /** The columns of these measures, as {@code steps} has them. */
  static List<Column> columns(String... names) {
    return Arrays.stream(names)
        .map(name -> StepRecord.MEASURES.get(StepRecord.indexOf(name)))
        .toList();
  }

  /** The value in that place. */
  public double value(int index) {
    return values[index];
  }

  /** A row that starts with these values and goes on with the measures. */
  Object[] after(Object... first) {
    Object[] row = Arrays.copyOf(first, first.length + values.length);
    for (int i = 0; i < values.length; i++) {
      row[first.length + i] = Double.isFinite(values[i]) ? values[i] : null;
    }
    return row;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Measures measures && Arrays.equals(values, measures.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
