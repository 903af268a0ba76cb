package dev.secant.analysis;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import dev.secant.config.InputException;
import dev.secant.job.Output;
import dev.secant.optimizer.FileSchedule.Point;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The learning rates that measured trials of one setting would have wanted: a smoothed {@code
 * prescribed_lr} over relative time, as a file that {@code schedule = {type: file}} reads.
 *
 * <p>The run is cut into equal parts, 200 or as many as the shortest trial has steps. Of each part,
 * the median over the steps of each trial, then over the trials; along the parts, running medians
 * of five, then running means of five. Steps where it is not defined count for nothing, a part
 * where it is nowhere defined has no point, and what is still negative at the end (the gradient
 * points away from w*) becomes 0.
 *
 * @param points by rising time; the middles of the parts
 * @param trials the ids of the trials that it was measured on
 * @param learningRate the median of the peaks that those trials used
 */
public record Prescription(
    Setting setting,
    String reference,
    List<Point> points,
    List<String> trials,
    double learningRate) {
  private static final int PARTS = 200;
  private static final int NEIGHBOURS = 2;

  /** What trials have in common that are put together. Configurations are JSON. */
  public record Setting(
      String architecture,
      String architectureConfig,
      String dataset,
      String datasetConfig,
      int batchSize,
      String optimizer) {
    private static final List<String> COLUMNS =
        List.of(
            "architecture",
            "architecture_config",
            "dataset",
            "dataset_config",
            "batch_size",
            "optimizer");

    private static Setting of(Row row) {
      return new Setting(
          row.getAs("architecture"),
          row.getAs("architecture_config"),
          row.getAs("dataset"),
          row.getAs("dataset_config"),
          row.getAs("batch_size"),
          row.getAs("optimizer"));
    }

    /** {@code mlp-shapes-b32-sgd}: the name of a file, whatever the tables hold. */
    String name() {
      String name = architecture + "-" + dataset + "-b" + batchSize + "-" + optimizer;
      return name.replaceAll("[^A-Za-z0-9._-]", "_");
    }
  }

  /** Complete trials without a control, and the number of parts of their setting. */
  private static final String CHOSEN =
      """
      SELECT %1$s, trial_id, steps, learning_rate,
        CAST(least(%2$d, min(steps) OVER (PARTITION BY %1$s)) AS INT) AS parts
      FROM trials
      WHERE status = 'complete' AND random_labels = 0 AND NOT gradient_noise AND label_smoothing = 0
      """;

  /** A step stands in the middle of its share of the run, as a schedule from a file reads it. */
  private static final String MEDIANS =
      """
      WITH chosen AS (%2$s),
      by_trial AS (
        SELECT %1$s, trial_id, parts, CAST(floor((step + 0.5) * parts / steps) AS INT) AS part,
          median(prescribed_lr) AS rate
        FROM steps JOIN chosen USING (trial_id)
        WHERE reference = :reference AND prescribed_lr IS NOT NULL
        GROUP BY ALL)
      SELECT %1$s, parts, part, median(rate) AS rate
      FROM by_trial GROUP BY ALL ORDER BY %1$s, part
      """;

  private static final String SOURCES =
      """
      SELECT %1$s, array_sort(collect_list(trial_id)) AS trials,
        median(learning_rate) AS learning_rate
      FROM (%2$s) WHERE trial_id IN (SELECT trial_id FROM steps WHERE reference = :reference)
      GROUP BY %1$s ORDER BY %1$s
      """;

  /**
   * One for each setting of the committed trials whose prescribed rates are not all 0.
   *
   * @param reference which w* they were measured against
   * @throws InputException where nothing was measured that a schedule can be made of
   */
  public static List<Prescription> of(SparkSession spark, Output output, String reference) {
    output.createViews(spark);
    String columns = String.join(", ", Setting.COLUMNS);
    String chosen = CHOSEN.formatted(columns, PARTS);
    Map<String, Object> parameters = Map.of("reference", reference);
    Map<Setting, List<Row>> medians = new LinkedHashMap<>();
    for (Row row : spark.sql(MEDIANS.formatted(columns, chosen), parameters).collectAsList()) {
      medians.computeIfAbsent(Setting.of(row), unused -> new ArrayList<>()).add(row);
    }
    List<Prescription> prescriptions = new ArrayList<>();
    for (Row row : spark.sql(SOURCES.formatted(columns, chosen), parameters).collectAsList()) {
      Setting setting = Setting.of(row);
      List<Point> points = points(medians.getOrDefault(setting, List.of()));
      if (points.stream().anyMatch(point -> point.rate() > 0)) {
        prescriptions.add(
            new Prescription(
                setting,
                reference,
                points,
                row.getList(row.fieldIndex("trials")),
                row.getAs("learning_rate")));
      }
    }
    if (prescriptions.isEmpty()) {
      throw new InputException(
          "output "
              + output.root()
              + " has no complete trial, controls apart, with a prescribed_lr above 0 towards"
              + " reference "
              + reference);
    }
    return prescriptions;
  }

  private static List<Point> points(List<Row> medians) {
    double[] rates = medians.stream().mapToDouble(row -> row.<Double>getAs("rate")).toArray();
    double[] smooth = Smoothing.means(Smoothing.medians(rates, NEIGHBOURS), NEIGHBOURS);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < smooth.length; i++) {
      Row row = medians.get(i);
      double time = (row.<Integer>getAs("part") + 0.5) / row.<Integer>getAs("parts");
      points.add(new Point(rounded(time), rounded(Math.max(0, smooth[i]))));
    }
    return points;
  }

  /** Six digits say more than the medians know, and read well. */
  private static double rounded(double value) {
    return new BigDecimal(value).round(new MathContext(6, RoundingMode.HALF_EVEN)).doubleValue();
  }

  /** The largest of the rates. */
  public double peak() {
    return points.stream().mapToDouble(Point::rate).max().orElseThrow();
  }

  /** The file's content, HOCON; see {@link dev.secant.optimizer.FileSchedule}. */
  public String text() {
    return """
    # Learning rates prescribed by measured trials: <g, w - w*> / |g|^2, the rate of the plain
    # gradient step that ends nearest to w*, smoothed. Made by `secant prescribe`. To train with it:
    #   optimizer = {type: ..., lr: %1$s}, schedule = {type: file, path: <this file>}
    # With another lr the rates keep their shape, and that lr is the largest.
    source {
      architecture = %2$s
      dataset = %3$s
      batch-size = %4$d
      optimizer = %5$s
      reference = %6$s
      learning-rate-used = %7$s
      trials = [ %8$s ]
      method = "medians of equal parts of the run over steps, then trials; running medians of 5, running means of 5; at least 0"
    }
    peak = %1$s
    # Relative time in the run, learning rate.
    points = [
    %9$s
    ]
    """
        .formatted(
            number(peak()),
            component(setting.architecture(), setting.architectureConfig()),
            component(setting.dataset(), setting.datasetConfig()),
            setting.batchSize(),
            quoted(setting.optimizer()),
            quoted(reference),
            number(learningRate),
            trials.stream().map(Prescription::quoted).collect(Collectors.joining(", ")),
            points.stream()
                .map(point -> "  [" + number(point.time()) + ", " + number(point.rate()) + "]")
                .collect(Collectors.joining("\n")));
  }

  private static String component(String type, String config) {
    return ConfigFactory.parseString(config)
        .withValue("type", ConfigValueFactory.fromAnyRef(type))
        .root()
        .render(ConfigRenderOptions.concise());
  }

  private static String quoted(String text) {
    return ConfigValueFactory.fromAnyRef(text).render(ConfigRenderOptions.concise());
  }

  private static String number(double value) {
    return BigDecimal.valueOf(rounded(value)).stripTrailingZeros().toPlainString();
  }

  /**
   * A name for each file: {@code mlp-shapes-b32-sgd.conf}; of several with that name, the later
   * ones have their number behind it.
   */
  public static Map<String, Prescription> named(List<Prescription> prescriptions) {
    Map<String, Prescription> named = new LinkedHashMap<>();
    for (Prescription prescription : prescriptions) {
      String name = prescription.setting().name();
      int number = 2;
      String free = name;
      while (named.containsKey(free + ".conf")) {
        free = name + "-" + number++;
      }
      named.put(free + ".conf", prescription);
    }
    return named;
  }
}
