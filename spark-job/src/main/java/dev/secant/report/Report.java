package dev.secant.report;

import static org.apache.spark.sql.functions.col;

import dev.secant.analysis.Factor;
import dev.secant.job.Output;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What the page shows of a sweep, as the page's script reads it.
 *
 * @param output the address of the tables
 * @param factors what was varied
 * @param references the points w* that there are, the one that is shown first before the others
 * @param trials one row a trial, with its factors and its summary
 * @param failures the trials that did not complete
 * @param effects level means and tests
 * @param absent for each section without data the reason
 * @param leftOut what was left out to keep the page small
 */
public record Report(
    String output,
    Glance glance,
    List<Factor> factors,
    List<String> references,
    Lines.Axis axis,
    List<Grouping> groupings,
    List<Lines.Line> lines,
    List<LayerMap> layers,
    Rows effects,
    Rows trials,
    Rows failures,
    Map<String, String> absent,
    List<String> leftOut) {
  private static final String FILE = "report.html";
  private static final String FIRST_REFERENCE = "final";
  private static final int MOST_REFERENCES = 6;
  private static final int MOST_LINES = 150;
  private static final int MOST_EFFECTS = 8_000;
  private static final int MOST_TRIALS = 4_000;
  private static final int MOST_FAILURES = 200;
  private static final int LONGEST_MESSAGE = 1_000;

  private static final List<String> EFFECT_COLUMNS =
      List.of(
          "reference",
          "metric",
          "kind",
          "factor",
          "level",
          "other_factor",
          "other_level",
          "n",
          "estimate",
          "ci_low",
          "ci_high",
          "p_holm",
          "eta_squared",
          "partial_eta_squared",
          "prefer",
          "note");

  private static final List<String> MEASURES =
      List.of(
          "final_train_loss",
          "final_validation_loss",
          "final_validation_score",
          "gamma_positive",
          "gamma_p50",
          "gamma_excess_p50",
          "rsi_p50",
          "eb_p50",
          "prescribed_lr_ratio",
          "steps",
          "parameters",
          "ms_per_step",
          "replay_drift");

  /**
   * Writes {@code report.html} into the output, in the place of one that was there. The views of
   * the output must be there, those of {@code summary} and {@code effects} too.
   *
   * @return its address
   * @throws dev.secant.config.InputException where it cannot be written
   */
  public static Path write(SparkSession spark, Output output) {
    // Each view asks which trials are committed: read once, not once a query.
    Dataset<Row> trials = spark.table("trials").persist();
    try {
      String page = Page.of("Secant: " + output.root().getName(), Json.of(of(spark, output)));
      return output.write(FILE, page.getBytes(StandardCharsets.UTF_8));
    } finally {
      trials.unpersist();
    }
  }

  /** The address of the report that was written last, where there is one. */
  public static Optional<Path> written(Output output) {
    return output.file(FILE);
  }

  private static Report of(SparkSession spark, Output output) {
    Trials trials = Trials.of(spark.table("trials").collectAsList());
    List<Row> summaries = spark.table("summary").collectAsList();
    List<String> leftOut = new ArrayList<>();
    List<String> references = references(summaries, leftOut);
    String first = references.isEmpty() ? FIRST_REFERENCE : references.get(0);
    List<Row> summary =
        summaries.stream().filter(row -> row.getAs("reference").equals(first)).toList();

    Grouping.Choice groupings = Grouping.of(trials, MOST_LINES / Math.max(1, references.size()));
    leftOut.addAll(groupings.leftOut());
    Lines lines = new Lines(spark, trials, groupings.groupings(), references);
    List<Lines.Line> drawn = lines.all();
    LayerMap.Choice layers = LayerMap.of(spark, trials, first);
    leftOut.addAll(layers.leftOut());
    Rows effects = effects(spark, references, leftOut);

    return new Report(
        output.root().toString(),
        Glance.of(trials, summary, output.planned()),
        trials.factors(),
        references,
        lines.axis(),
        groupings.groupings(),
        drawn,
        layers.maps(),
        effects,
        trialRows(trials, summary, leftOut),
        failures(trials, leftOut),
        absent(trials, drawn, layers.maps(), effects),
        List.copyOf(leftOut));
  }

  private static List<String> references(List<Row> summaries, List<String> leftOut) {
    List<String> all =
        summaries.stream()
            .filter(row -> row.<Long>getAs("measured_steps") > 0)
            .map(row -> row.<String>getAs("reference"))
            .distinct()
            .sorted(
                Comparator.comparing((String name) -> !name.equals(FIRST_REFERENCE))
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    if (all.size() > MOST_REFERENCES) {
      leftOut.add("references " + String.join(", ", all.subList(MOST_REFERENCES, all.size())));
    }
    return all.subList(0, Math.min(MOST_REFERENCES, all.size()));
  }

  private static Rows effects(SparkSession spark, List<String> references, List<String> leftOut) {
    List<Row> rows =
        spark
            .table("effects")
            .filter(col("kind").isin("main", "interaction", "rank", "level"))
            .filter(col("reference").isin(references.toArray()))
            .collectAsList()
            .stream()
            .sorted(Comparator.comparing(row -> references.indexOf(row.<String>getAs("reference"))))
            .toList();
    if (rows.size() > MOST_EFFECTS) {
      leftOut.add(
          "%d of the %d rows of effects".formatted(rows.size() - MOST_EFFECTS, rows.size()));
    }
    return Rows.of(EFFECT_COLUMNS, rows.subList(0, Math.min(MOST_EFFECTS, rows.size())));
  }

  /** Of all trials, also of those that have no row for the reference. */
  private static Rows trialRows(Trials trials, List<Row> summary, List<String> leftOut) {
    Map<String, Row> summaries = new LinkedHashMap<>();
    summary.forEach(row -> summaries.put(row.getAs("trial_id"), row));
    List<String> columns =
        Stream.of(
                List.of("trial_id", "status"),
                trials.factors().stream().map(Factor::name).toList(),
                List.of("seed"),
                MEASURES)
            .flatMap(Collection::stream)
            .toList();
    List<List<Object>> rows = new ArrayList<>();
    for (int i = 0; i < Math.min(MOST_TRIALS, trials.size()); i++) {
      int trial = i;
      Row row = trials.rows().get(i);
      List<Object> values = new ArrayList<>(List.of(trials.id(i), row.getAs("status")));
      trials
          .factors()
          .forEach(factor -> values.add(factor.levels().get(factor.levelOf().get(trial))));
      values.add(row.getAs("seed"));
      Row measured = summaries.get(trials.id(i));
      MEASURES.forEach(column -> values.add(measured == null ? null : measured.getAs(column)));
      rows.add(values);
    }
    if (trials.size() > MOST_TRIALS) {
      leftOut.add(
          "%d of the %d trials in the table of trials"
              .formatted(trials.size() - MOST_TRIALS, trials.size()));
    }
    return new Rows(columns, rows);
  }

  private static Rows failures(Trials trials, List<String> leftOut) {
    List<String> configurations = trials.configurations();
    List<List<Object>> rows = new ArrayList<>();
    int all = 0;
    for (int i = 0; i < trials.size(); i++) {
      Row row = trials.rows().get(i);
      if (!row.getAs("status").equals("complete")) {
        all++;
        if (rows.size() < MOST_FAILURES) {
          List<Object> values = new ArrayList<>();
          values.add(trials.id(i));
          values.add(row.getAs("status"));
          values.add(configurations.get(i));
          values.add(row.getAs("seed"));
          values.add(row.getAs("steps"));
          values.add(row.getAs("error_category"));
          values.add(shortened(row.getAs("error_message")));
          rows.add(values);
        }
      }
    }
    if (all > rows.size()) {
      leftOut.add(
          "%d of the %d trials that did not complete in their list"
              .formatted(all - rows.size(), all));
    }
    return new Rows(
        List.of("trial_id", "status", "configuration", "seed", "steps", "category", "message"),
        rows);
  }

  private static Object shortened(String message) {
    return message != null && message.length() > LONGEST_MESSAGE
        ? message.substring(0, LONGEST_MESSAGE) + " ..."
        : message;
  }

  private static Map<String, String> absent(
      Trials trials, List<Lines.Line> lines, List<LayerMap> layers, Rows effects) {
    Map<String, String> absent = new LinkedHashMap<>();
    if (trials.size() == 0) {
      absent.put("trials", "No trial has come to its end yet.");
    }
    if (!has(lines, "distance")) {
      String reason =
          trials.size() == 0
              ? "Nothing is measured yet: no trial has come to its end."
              : "Nothing was measured: no trial has a step in the table steps.";
      for (String section : List.of("path", "rates", "full", "probes", "lags", "layers")) {
        absent.put(section, reason);
      }
    } else {
      if (!has(lines, "full_batch_gamma")) {
        absent.put("full", notMeasured("epochs has no full-batch gradient", "full-batch"));
      }
      if (!has(lines, "probe_gamma")) {
        absent.put("probes", notMeasured("probes has no row", "probes"));
      }
      if (!has(lines, "movement")) {
        absent.put(
            "lags",
            notMeasured("lags has no row", "lags") + " Or the paths were too short for it.");
      }
      if (layers.isEmpty()) {
        absent.put("layers", notMeasured("layers has no row", "layers"));
      }
    }
    if (effects.rows().isEmpty()) {
      absent.put(
          "effects", "No effects: they need complete trials that differ in more than their seeds.");
    }
    return absent;
  }

  private static boolean has(List<Lines.Line> lines, String quantity) {
    return lines.stream().anyMatch(line -> line.of().containsKey(quantity));
  }

  private static String notMeasured(String what, String setting) {
    return "Not measured: the table %s, measure.%s was off.".formatted(what, setting);
  }
}
