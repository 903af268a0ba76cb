package dev.secant.report;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.apache.spark.sql.Row;

/**
 * From the rows of a table to the points of lines: first each trial by itself, then groups of
 * trials.
 *
 * @param cells of the axis that all paths share
 * @param trials the index of each, by id
 * @param lengths for each trial the steps that it has on the whole axis
 * @param groupOf for each grouping the group of each trial
 */
record Thinning(
    Kind kind,
    int cells,
    Map<String, Integer> trials,
    double[] lengths,
    List<String> references,
    int[][] groupOf)
    implements Serializable {
  Thinning {
    // Copies of lists can be sent to executors, views of them cannot.
    trials = Map.copyOf(trials);
    references = List.copyOf(references);
  }

  /** What a row is on the axis. */
  enum Kind {
    /** It stands for a whole step: there is no gap where a step is longer than a cell. */
    STEPS("step"),
    /** It stands for the weights before its step. */
    MOMENTS("step"),
    /** It has an axis of its own; the band is between the quartiles. */
    LAGS("lag");

    private final String position;

    Kind(String position) {
      this.position = position;
    }

    /** The column that says where a row lies. */
    String position() {
      return position;
    }
  }

  /**
   * The quantities of one trial, or of a group, in one cell; NaN where there is none.
   *
   * @param at the cell, or lag
   */
  record Cell(int at, int trial, int reference, double[] mid, double[] low, double[] high)
      implements Serializable {}

  /** The quantities of a group in one cell. */
  record Point(int by, int group, int reference, Cell values) implements Serializable {}

  private record Key(int by, int group, int reference, int at) {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::by)
            .thenComparing(Key::group)
            .thenComparing(Key::reference)
            .thenComparing(Key::at);
  }

  /**
   * @param rows id, reference, position and quantities; those of a trial and reference stand
   *     together, by position
   */
  Iterator<Cell> ofTrials(Iterator<Row> rows) {
    List<Cell> found = new ArrayList<>();
    List<Row> together = new ArrayList<>();
    while (rows.hasNext()) {
      Row row = rows.next();
      if (!together.isEmpty() && !isSameCell(together.get(0), row)) {
        addCells(together, found);
        together.clear();
      }
      together.add(row);
    }
    if (!together.isEmpty()) {
      addCells(together, found);
    }
    return found.iterator();
  }

  private boolean isSameCell(Row one, Row other) {
    return one.getString(0).equals(other.getString(0))
        && one.getString(1).equals(other.getString(1))
        && cellOf(one, 0) == cellOf(other, 0);
  }

  /** Where a row, or one so many steps later, lies. */
  private int cellOf(Row row, int later) {
    long position = ((Number) row.get(2)).longValue() + later;
    double length = lengths[trials.get(row.getString(0))];
    return kind == Kind.LAGS ? (int) position : (int) Math.floor(position * cells / length);
  }

  private void addCells(List<Row> rows, List<Cell> found) {
    int quantities = rows.get(0).size() - 3;
    double[] mid = new double[quantities];
    double[] low = new double[quantities];
    double[] high = new double[quantities];
    for (int i = 0; i < quantities; i++) {
      int column = 3 + i;
      double[] values =
          rows.stream()
              .filter(row -> !row.isNullAt(column))
              .mapToDouble(row -> row.getDouble(column))
              .sorted()
              .toArray();
      mid[i] = quantile(values, 0.5);
      low[i] = quantile(values, kind == Kind.LAGS ? 0.25 : 0);
      high[i] = quantile(values, kind == Kind.LAGS ? 0.75 : 1);
    }
    Row last = rows.get(rows.size() - 1);
    int first = cellOf(rows.get(0), 0);
    int end = kind == Kind.STEPS ? Math.max(first + 1, cellOf(last, 1)) : first + 1;
    int trial = trials.get(last.getString(0));
    int reference = references.indexOf(last.getString(1));
    for (int at = first; at < end; at++) {
      found.add(new Cell(at, trial, reference, mid, low, high));
    }
  }

  /**
   * @param cells of any places; those of one place are all here
   */
  Iterator<Point> ofGroups(Iterator<Cell> cells) {
    Map<Key, List<Cell>> groups = new TreeMap<>(Key.ORDER);
    while (cells.hasNext()) {
      Cell cell = cells.next();
      for (int by = 0; by < groupOf.length; by++) {
        groups
            .computeIfAbsent(
                new Key(by, groupOf[by][cell.trial()], cell.reference(), cell.at()),
                unused -> new ArrayList<>())
            .add(cell);
      }
    }
    List<Point> points = new ArrayList<>();
    groups.forEach(
        (key, own) -> points.add(new Point(key.by(), key.group(), key.reference(), together(own))));
    return points.iterator();
  }

  private Cell together(List<Cell> cells) {
    Cell first = cells.get(0);
    int quantities = first.mid().length;
    double[] mid = new double[quantities];
    double[] low = new double[quantities];
    double[] high = new double[quantities];
    for (int i = 0; i < quantities; i++) {
      int quantity = i;
      mid[i] = quantile(sorted(cells.stream().mapToDouble(cell -> cell.mid()[quantity])), 0.5);
      low[i] =
          quantile(
              sorted(cells.stream().mapToDouble(cell -> cell.low()[quantity])),
              kind == Kind.LAGS ? 0.5 : 0);
      high[i] =
          quantile(
              sorted(cells.stream().mapToDouble(cell -> cell.high()[quantity])),
              kind == Kind.LAGS ? 0.5 : 1);
    }
    return new Cell(first.at(), first.trial(), first.reference(), mid, low, high);
  }

  private static double[] sorted(DoubleStream values) {
    return values.filter(value -> !Double.isNaN(value)).sorted().toArray();
  }

  /** Interpolated between sorted values; NaN of none. */
  private static double quantile(double[] sorted, double part) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double place = part * (sorted.length - 1);
    int below = (int) Math.floor(place);
    int above = (int) Math.ceil(place);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
