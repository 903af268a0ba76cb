package dev.secant.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

/** Points of lines, of paths whose values are made up. */
class ThinningTest {
  private static final int[][] EACH = {{0, 1, 2}};
  private static final int[][] TOGETHER = {{0, 0, 0}};

  @Test
  void everyExtremeSurvives() {
    int steps = 10_000;
    double[] gamma = new double[steps];
    List<Row> rows = new ArrayList<>();
    for (int t = 0; t < steps; t++) {
      gamma[t] = t == 4321 ? 0.98765 : t == 7777 ? -0.43211 : Math.sin(t * 0.7) / 10;
      rows.add(row("a", t, gamma[t]));
    }
    List<Thinning.Cell> cells = cells(thinning(Thinning.Kind.STEPS, 200, EACH, steps), rows);

    assertThat(cells).extracting(Thinning.Cell::at).hasSize(200).isSorted().doesNotHaveDuplicates();
    for (Thinning.Cell cell : cells) {
      double[] own = Arrays.copyOfRange(gamma, 50 * cell.at(), 50 * (cell.at() + 1));
      Arrays.sort(own);
      assertThat(cell.low()).containsExactly(own[0]);
      assertThat(cell.high()).containsExactly(own[49]);
      assertThat(cell.mid()[0]).isCloseTo((own[24] + own[25]) / 2, within(1e-15));
    }
    assertThat(cells).extracting(cell -> cell.low()[0]).contains(-0.43211);
    assertThat(cells).extracting(cell -> cell.high()[0]).contains(0.98765);
  }

  @Test
  void aStepLongerThanACellLeavesNoGap() {
    List<Row> rows = List.of(row("a", 0, 5), row("a", 1, 6), row("b", 0, 7));

    // Two steps of four, on eight cells; one of four.
    assertThat(cells(thinning(Thinning.Kind.STEPS, 8, EACH, 4, 4), rows))
        .extracting(cell -> cell.trial() + " " + cell.at() + " " + cell.mid()[0])
        .containsExactly("0 0 5.0", "0 1 5.0", "0 2 6.0", "0 3 6.0", "1 0 7.0", "1 1 7.0");
    assertThat(cells(thinning(Thinning.Kind.MOMENTS, 8, EACH, 4, 4), rows))
        .extracting(cell -> cell.trial() + " " + cell.at() + " " + cell.mid()[0])
        .containsExactly("0 0 5.0", "0 2 6.0", "1 0 7.0");
  }

  @Test
  void aGroupHasTheMedianOfItsTrialsAndTheExtremesOfAll() {
    List<Row> rows =
        List.of(
            row("a", 0, 1),
            row("a", 1, 3),
            row("b", 0, 10),
            row("b", 1, 30),
            row("c", 0, -4),
            row("c", 1, 8));
    Thinning thinning = thinning(Thinning.Kind.STEPS, 1, TOGETHER, 2, 2, 2);

    Thinning.Cell group = only(thinning, cells(thinning, rows));

    // Medians 2, 20 and 2.
    assertThat(group.mid()).containsExactly(2);
    assertThat(group.low()).containsExactly(-4);
    assertThat(group.high()).containsExactly(30);
  }

  @Test
  void lagsHaveQuartiles() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      rows.add(row("a", 20, 0.125 * i));
    }
    Thinning thinning = thinning(Thinning.Kind.LAGS, 1, EACH, 3);

    Thinning.Cell group = only(thinning, cells(thinning, rows));

    assertThat(group.at()).isEqualTo(20);
    assertThat(group.low()).containsExactly(0.125);
    assertThat(group.mid()).containsExactly(0.25);
    assertThat(group.high()).containsExactly(0.375);
  }

  @Test
  void whatIsNotThereIsLeftOut() {
    Thinning thinning = thinning(Thinning.Kind.STEPS, 1, TOGETHER, 2, 2);
    List<Row> rows =
        List.of(row("a", 0, null), row("a", 1, 3.0), row("b", 0, null), row("b", 1, null));

    assertThat(only(thinning, cells(thinning, rows)).mid()).containsExactly(3);
    assertThat(only(thinning, cells(thinning, rows.subList(2, 4))).mid())
        .containsExactly(Double.NaN);
  }

  @Test
  void eachReferenceAndGroupingByItself() {
    List<Row> rows =
        List.of(
            RowFactory.create("a", "final", 0L, 1.0),
            RowFactory.create("a", "initial", 0L, 2.0),
            RowFactory.create("b", "final", 0L, 3.0));
    Thinning thinning = thinning(Thinning.Kind.STEPS, 1, new int[][] {{0, 1}, {0, 0}}, 1, 1);
    List<Thinning.Point> points = new ArrayList<>();
    thinning.ofGroups(cells(thinning, rows).iterator()).forEachRemaining(points::add);

    assertThat(points)
        .extracting(
            point -> List.of(point.by(), point.group(), point.reference(), point.values().mid()[0]))
        .containsExactly(
            List.of(0, 0, 0, 1.0),
            List.of(0, 0, 1, 2.0),
            List.of(0, 1, 0, 3.0),
            List.of(1, 0, 0, 2.0),
            List.of(1, 0, 1, 2.0));
  }

  private static Thinning thinning(
      Thinning.Kind kind, int cells, int[][] groupOf, double... lengths) {
    return new Thinning(
        kind, cells, Map.of("a", 0, "b", 1, "c", 2), lengths, List.of("final", "initial"), groupOf);
  }

  private static List<Thinning.Cell> cells(Thinning thinning, List<Row> rows) {
    List<Thinning.Cell> cells = new ArrayList<>();
    thinning.ofTrials(rows.iterator()).forEachRemaining(cells::add);
    return cells;
  }

  private static Thinning.Cell only(Thinning thinning, List<Thinning.Cell> cells) {
    List<Thinning.Point> points = new ArrayList<>();
    thinning.ofGroups(cells.iterator()).forEachRemaining(points::add);
    assertThat(points).hasSize(1);
    return points.get(0).values();
  }

  private static Row row(String trial, long position, Number value) {
    return RowFactory.create(trial, "final", position, value == null ? null : value.doubleValue());
  }
}
