package dev.secant.report;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The geometry of each parameter tensor of a trial along its path, thinned to a few columns.
 *
 * @param trial its id
 * @param layers the tensors' names, in the order of the network
 * @param steps the first measured step of each column
 */
record LayerMap(String trial, List<String> layers, long[] steps, Grid gamma, Grid rsi) {
  private static final int MOST_COLUMNS = 50;

  /** Of all maps together. */
  private static final int MOST_CELLS = 60_000;

  /**
   * One row a layer, one number a column of steps; NaN where there is none.
   *
   * @param mid medians of the steps of each column
   * @param low empty, as {@code high}, where each column is one step
   */
  record Grid(double[][] mid, double[][] low, double[][] high) {}

  /** The maps, and what had to be left out. */
  record Choice(List<LayerMap> maps, List<String> leftOut) {}

  /**
   * Of as many trials as there is room for, the first of each configuration before the others.
   *
   * @param reference the one w* that they are of
   */
  static Choice of(SparkSession spark, Trials trials, String reference) {
    Dataset<Row> rows = spark.table("layers").filter(col("reference").equalTo(reference));
    Map<String, Integer> layers = new HashMap<>();
    for (Row row :
        rows.groupBy("trial_id").agg(expr("max(position) + 1 AS layers")).collectAsList()) {
      layers.put(row.getAs("trial_id"), row.getAs("layers"));
    }
    List<Row> chosen = new ArrayList<>();
    int left = MOST_CELLS;
    for (int trial : firstOfEachConfigurationFirst(trials)) {
      String id = trials.id(trial);
      long steps = trials.rows().get(trial).getAs("steps");
      if (layers.containsKey(id)) {
        int columns = (int) Math.min(steps, MOST_COLUMNS);
        if (chosen.isEmpty()) {
          columns = Math.max(1, Math.min(columns, MOST_CELLS / layers.get(id)));
        }
        if (chosen.isEmpty() || columns * layers.get(id) <= left) {
          left -= columns * layers.get(id);
          chosen.add(RowFactory.create(id, (double) columns / steps));
        }
      }
    }
    return new Choice(
        read(spark, rows, chosen),
        chosen.size() == layers.size()
            ? List.of()
            : List.of(
                "layers are shown of %d of the %d trials that have them"
                    .formatted(chosen.size(), layers.size())));
  }

  private static List<Integer> firstOfEachConfigurationFirst(Trials trials) {
    List<String> configurations = trials.configurations();
    Set<String> seen = new HashSet<>();
    List<Integer> first = new ArrayList<>();
    List<Integer> others = new ArrayList<>();
    for (int trial = 0; trial < trials.size(); trial++) {
      (seen.add(configurations.get(trial)) ? first : others).add(trial);
    }
    first.addAll(others);
    return first;
  }

  private static List<LayerMap> read(SparkSession spark, Dataset<Row> rows, List<Row> chosen) {
    Dataset<Row> scales =
        spark.createDataFrame(
            chosen,
            new StructType()
                .add("trial_id", DataTypes.StringType)
                .add("columns_per_step", DataTypes.DoubleType));
    Map<String, List<Row>> byTrial = new HashMap<>();
    rows.join(broadcast(scales), "trial_id")
        .withColumn("at", expr("CAST(floor(step * columns_per_step) AS INT)"))
        .groupBy("trial_id", "at", "position", "layer")
        .agg(
            expr("min(step) AS step"),
            expr("percentile(gamma, 0.5D) AS gamma_mid"),
            expr("min(gamma) AS gamma_low"),
            expr("max(gamma) AS gamma_high"),
            expr("percentile(rsi, 0.5D) AS rsi_mid"),
            expr("min(rsi) AS rsi_low"),
            expr("max(rsi) AS rsi_high"))
        .collectAsList()
        .forEach(
            row ->
                byTrial
                    .computeIfAbsent(row.getAs("trial_id"), unused -> new ArrayList<>())
                    .add(row));
    return chosen.stream().map(row -> of(row.getString(0), byTrial.get(row.getString(0)))).toList();
  }

  private static LayerMap of(String trial, List<Row> rows) {
    TreeMap<Integer, String> layers = new TreeMap<>();
    TreeMap<Integer, Long> steps = new TreeMap<>();
    for (Row row : rows) {
      layers.put(row.getAs("position"), row.getAs("layer"));
      steps.merge(row.getAs("at"), row.getAs("step"), Math::min);
    }
    List<Integer> positions = List.copyOf(layers.keySet());
    List<Integer> columns = List.copyOf(steps.keySet());
    return new LayerMap(
        trial,
        List.copyOf(layers.values()),
        steps.values().stream().mapToLong(step -> step).toArray(),
        grid(rows, "gamma", positions, columns),
        grid(rows, "rsi", positions, columns));
  }

  private static Grid grid(
      List<Row> rows, String quantity, List<Integer> positions, List<Integer> columns) {
    double[][] mid = numbers(rows, quantity + "_mid", positions, columns);
    double[][] low = numbers(rows, quantity + "_low", positions, columns);
    double[][] high = numbers(rows, quantity + "_high", positions, columns);
    boolean flat = Arrays.deepEquals(mid, low) && Arrays.deepEquals(mid, high);
    return new Grid(mid, flat ? new double[0][] : low, flat ? new double[0][] : high);
  }

  private static double[][] numbers(
      List<Row> rows, String column, List<Integer> positions, List<Integer> columns) {
    double[][] numbers = new double[positions.size()][columns.size()];
    for (double[] layer : numbers) {
      Arrays.fill(layer, Double.NaN);
    }
    for (Row row : rows) {
      Double value = row.getAs(column);
      if (value != null) {
        numbers[positions.indexOf(row.<Integer>getAs("position"))][
                columns.indexOf(row.<Integer>getAs("at"))] =
            value;
      }
    }
    return numbers;
  }
}
