package dev.secant.report;

import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Quantities along the paths, for groups of trials.
 *
 * <p>All paths share an axis of epochs, cut into cells. In a cell, each trial has the median of its
 * values there, and the smallest and the largest. A group has the median of its trials' medians,
 * the smallest of all and the largest of all: no extreme is lost, however long the path.
 */
final class Lines {
  private static final int MOST_CELLS = 200;
  private static final int PARTITIONS = 32;

  /**
   * @param cells of the axis
   * @param epochs that the axis is long
   */
  record Axis(int cells, int epochs) {}

  /**
   * One line and the band around it.
   *
   * @param at the cells, or lags, that have a value
   * @param low empty, as {@code high}, where there is no band
   */
  record Band(int[] at, double[] mid, double[] low, double[] high) {}

  /**
   * @param by which grouping
   * @param group of that
   * @param reference which of the references
   * @param of the quantities that it has
   */
  record Line(int by, int group, int reference, Map<String, Band> of) {
    private static final Comparator<Line> ORDER =
        Comparator.comparing(Line::by).thenComparing(Line::group).thenComparing(Line::reference);
  }

  /**
   * A table whose rows lie along the paths.
   *
   * @param columns what is drawn of it, by the names in the report
   */
  private record Source(String table, Map<String, String> columns, Thinning.Kind kind) {}

  private static final List<Source> SOURCES =
      List.of(
          new Source(
              "steps",
              named(
                  "",
                  "gamma",
                  "gamma_null",
                  "rsi",
                  "eb",
                  "distance",
                  "loss",
                  "prescribed_lr",
                  "learning_rate"),
              Thinning.Kind.STEPS),
          new Source("probes", named("probe_", "gamma", "rsi", "eb"), Thinning.Kind.MOMENTS),
          new Source(
              "epochs",
              named(
                  "",
                  "full_batch_gamma",
                  "full_batch_rsi",
                  "full_batch_eb",
                  "validation_loss",
                  "validation_score"),
              Thinning.Kind.MOMENTS),
          new Source("lags", named("", "cosine", "movement"), Thinning.Kind.LAGS));

  private final SparkSession spark;
  private final List<String> references;
  private final Axis axis;
  private final Map<String, Integer> trials = new HashMap<>();
  private final double[] lengths;
  private final int[][] groupOf;

  /**
   * @param references those that are drawn
   */
  Lines(SparkSession spark, Trials trials, List<Grouping> groupings, List<String> references) {
    this.spark = spark;
    this.references = references;
    this.lengths =
        Arrays.stream(trials.stepsPerEpoch()).map(steps -> steps * trials.epochs()).toArray();
    double longest = Arrays.stream(lengths).max().orElse(0);
    this.axis = new Axis((int) Math.min(MOST_CELLS, Math.ceil(longest)), trials.epochs());
    IntStream.range(0, trials.size()).forEach(trial -> this.trials.put(trials.id(trial), trial));
    this.groupOf =
        groupings.stream()
            .map(grouping -> grouping.groupOf().stream().mapToInt(group -> group).toArray())
            .toArray(int[][]::new);
  }

  Axis axis() {
    return axis;
  }

  /** All lines that have a value. */
  List<Line> all() {
    Map<Line, Line> lines = new TreeMap<>(Line.ORDER);
    if (axis.cells() > 0) {
      for (Source source : SOURCES) {
        add(points(source), List.copyOf(source.columns().keySet()), lines);
      }
    }
    return List.copyOf(lines.values());
  }

  private List<Thinning.Point> points(Source source) {
    Thinning thinning =
        new Thinning(source.kind(), axis.cells(), trials, lengths, references, groupOf);
    List<Column> columns =
        Stream.concat(
                Stream.of("trial_id", "reference", source.kind().position()),
                source.columns().values().stream())
            .map(name -> col(name))
            .toList();
    // Sorting columns is much faster in Spark SQL, medians of many small groups outside of it.
    JavaRDD<Row> rows =
        spark
            .table(source.table())
            .select(columns.toArray(Column[]::new))
            .filter(col("reference").isin(references.toArray()))
            .repartition(col("trial_id"), col("reference"))
            .sortWithinPartitions("trial_id", "reference", source.kind().position())
            .toJavaRDD();
    return rows.mapPartitions(thinning::ofTrials)
        .keyBy(Thinning.Cell::at)
        .partitionBy(new HashPartitioner(PARTITIONS))
        .values()
        .mapPartitions(thinning::ofGroups)
        .collect();
  }

  private static void add(List<Thinning.Point> points, List<String> names, Map<Line, Line> lines) {
    Map<Line, List<Thinning.Point>> byLine = new TreeMap<>(Line.ORDER);
    for (Thinning.Point point : points) {
      Line key = new Line(point.by(), point.group(), point.reference(), Map.of());
      byLine.computeIfAbsent(key, unused -> new ArrayList<>()).add(point);
    }
    byLine.forEach(
        (key, own) -> {
          own.sort(Comparator.comparing(point -> point.values().at()));
          Map<String, Band> of =
              lines
                  .computeIfAbsent(
                      key,
                      unused ->
                          new Line(key.by(), key.group(), key.reference(), new LinkedHashMap<>()))
                  .of();
          for (int i = 0; i < names.size(); i++) {
            Band band = band(own, i);
            if (band.at().length > 0) {
              of.put(names.get(i), band);
            }
          }
        });
  }

  private static Band band(List<Thinning.Point> points, int quantity) {
    List<Thinning.Cell> with =
        points.stream()
            .map(Thinning.Point::values)
            .filter(values -> !Double.isNaN(values.mid()[quantity]))
            .toList();
    double[] mid = with.stream().mapToDouble(values -> values.mid()[quantity]).toArray();
    double[] low = with.stream().mapToDouble(values -> values.low()[quantity]).toArray();
    double[] high = with.stream().mapToDouble(values -> values.high()[quantity]).toArray();
    boolean flat = Arrays.equals(mid, low) && Arrays.equals(mid, high);
    return new Band(
        with.stream().mapToInt(Thinning.Cell::at).toArray(),
        mid,
        flat ? new double[0] : low,
        flat ? new double[0] : high);
  }

  private static Map<String, String> named(String prefix, String... columns) {
    Map<String, String> named = new LinkedHashMap<>();
    Stream.of(columns).forEach(column -> named.put(prefix + column, column));
    return named;
  }
}
