package dev.secant.table;

import static dev.secant.table.ColumnType.BOOLEAN;
import static dev.secant.table.ColumnType.DOUBLE;
import static dev.secant.table.ColumnType.INTEGER;
import static dev.secant.table.ColumnType.LONG;
import static dev.secant.table.ColumnType.TEXT;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import dev.secant.sweep.Measure;
import dev.secant.sweep.Trial;
import java.util.List;
import java.util.Map;

/**
 * One row of {@code trials}: what was run, how it ended, and where it ran. Writing it commits the
 * trial.
 *
 * @param parameters trainable weights of the network
 * @param steps of the path walked; 0 where the trial failed before its path was known
 */
public record TrialRecord(
    Trial trial, int parameters, long steps, Ending ending, Passes passes, Surroundings where) {

  /** How a trial ended, as the {@code status} column says it. */
  public enum Status {
    /** The path was walked twice and both walks agree. */
    COMPLETE("complete"),
    /** The loss or the weights stopped being finite; the steps up to there were measured. */
    DIVERGED("diverged"),
    /**
     * The replay left the recorded path: the measures are of another path than the recorded one.
     */
    DRIFTED("drifted"),
    /** An error ended it; nothing was measured. */
    FAILED("failed");

    private final String text;

    Status(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /**
   * @param category empty, or bad-data, out-of-memory, engine, internal, lost-executor, time-limit
   * @param message empty, or what happened
   * @param last the last epoch's results; NaN where there are none
   */
  public record Ending(Status status, String category, String message, Finals last) {}

  /** Results of the last epoch; NaN where there are none. */
  public record Finals(double trainLoss, double validationLoss, double validationScore) {
    public static final Finals NONE = new Finals(Double.NaN, Double.NaN, Double.NaN);

    /** Of the last of these epochs. */
    public static Finals of(List<EpochRecord> epochs) {
      if (epochs.isEmpty()) {
        return NONE;
      }
      EpochRecord last = epochs.get(epochs.size() - 1);
      return new Finals(last.trainLoss(), last.validationLoss(), last.validationScore());
    }
  }

  /**
   * @param drift the summed distance between replayed and recorded states at segment ends; NaN
   *     where there was no replay
   * @param mode replay or trajectory
   * @param segments parts of the replay; 0 where there was none
   * @param waitSeconds of both passes together, spent waiting for samples to be read
   */
  public record Passes(
      double drift,
      Measure.Mode mode,
      int segments,
      double recordSeconds,
      double replaySeconds,
      double waitSeconds) {
    /** Nothing was run to its end. */
    public static final Passes NONE =
        new Passes(Double.NaN, Measure.Mode.REPLAY, 0, Double.NaN, Double.NaN, Double.NaN);

    private double waitShare() {
      return waitSeconds / (recordSeconds + replaySeconds);
    }
  }

  /** The machine's and the software's part in the numbers. */
  public record Surroundings(
      String device,
      int threads,
      String secant,
      String djl,
      String pytorch,
      String spark,
      String java) {}

  public static final Table TABLE =
      new Table(
          "trials",
          List.of(
              new Column("trial_id", TEXT, false, "first 12 hex digits of SHA-256 of config_json"),
              new Column("architecture", TEXT, false, "type of network"),
              new Column("architecture_config", TEXT, false, "its options, JSON"),
              new Column("dataset", TEXT, false, "type of dataset"),
              new Column("dataset_config", TEXT, false, "its settings, JSON"),
              new Column("batch_size", INTEGER, false, "samples in a minibatch"),
              new Column("optimizer", TEXT, false, "type of optimizer"),
              new Column("learning_rate", DOUBLE, false, "peak learning rate"),
              new Column("optimizer_config", TEXT, false, "its settings, JSON"),
              new Column("seed", LONG, false, "where the initial weights are drawn from"),
              new Column("seed_order", LONG, false, "where the sample order is drawn from"),
              new Column(
                  "seed_noise", LONG, false, "where augmentation and dropout are drawn from"),
              new Column("epochs", INTEGER, false, "passes over the training samples"),
              new Column("schedule", TEXT, false, "type of learning-rate schedule"),
              new Column("schedule_config", TEXT, false, "its settings, JSON"),
              new Column("weight_decay", DOUBLE, false, "lambda of g_t + lambda w_t"),
              new Column("clip_norm", DOUBLE, true, "longest gradient; null where not clipped"),
              new Column("max_loss", DOUBLE, false, "a minibatch loss above it is divergence"),
              new Column(
                  "random_labels", DOUBLE, false, "share of training targets drawn at random"),
              new Column(
                  "gradient_noise", BOOLEAN, false, "whether noise took the gradient's place"),
              new Column(
                  "label_smoothing", DOUBLE, false, "share of a target spread over all classes"),
              new Column(
                  "init_from", TEXT, true, "file that the weights started from; null for none"),
              new Column("parameters", INTEGER, false, "trainable weights d"),
              new Column("steps", LONG, false, "length of the path"),
              new Column("status", TEXT, false, "complete, diverged, drifted or failed"),
              new Column(
                  "error_category",
                  TEXT,
                  true,
                  "bad-data, out-of-memory, engine, internal, lost-executor or time-limit"),
              new Column("error_message", TEXT, true, "what happened, where it was not complete"),
              new Column("final_train_loss", DOUBLE, true, "mean loss of the last epoch"),
              new Column("final_validation_loss", DOUBLE, true, "mean loss at the end"),
              new Column(
                  "final_validation_score",
                  DOUBLE,
                  true,
                  "accuracy, pixel accuracy or perplexity at the end"),
              new Column(
                  "replay_drift",
                  DOUBLE,
                  true,
                  "distance between replayed and recorded states, 0 where equal bit for bit"),
              new Column("measure_mode", TEXT, false, "replay, or trajectory: kept in memory"),
              new Column("segments", INTEGER, false, "parts of the replay"),
              new Column("record_seconds", DOUBLE, true, "seconds of the record pass"),
              new Column(
                  "replay_seconds", DOUBLE, true, "seconds of measuring after the record pass"),
              new Column(
                  "data_wait_share",
                  DOUBLE,
                  true,
                  "share of both passes' seconds spent waiting for samples to be read"),
              new Column("device", TEXT, false, "cpu or gpu"),
              new Column("threads", INTEGER, false, "threads of the engine in a task"),
              new Column("secant_version", TEXT, false, "version of Secant"),
              new Column("djl_version", TEXT, false, "version of DJL"),
              new Column("pytorch_version", TEXT, false, "version of libtorch"),
              new Column("spark_version", TEXT, false, "version of Spark"),
              new Column("java_version", TEXT, false, "version of the Java runtime"),
              new Column("config_json", TEXT, false, "the whole trial, canonical JSON")));

  /** The row's values in the order of {@link #TABLE}. */
  public Object[] row() {
    return new Object[] {
      trial.id().value(),
      trial.architecture().type(),
      json(trial.architecture().settings()),
      trial.dataset().type(),
      json(trial.dataset().settings()),
      trial.batchSize(),
      trial.optimizer().type(),
      trial.optimizer().learningRate(),
      json(trial.optimizer().settings()),
      trial.seeds().init(),
      trial.seeds().order(),
      trial.seeds().noise(),
      trial.epochs(),
      trial.schedule().type(),
      json(trial.schedule().settings()),
      trial.weightDecay(),
      trial.clipNorm().isPresent() ? trial.clipNorm().getAsDouble() : null,
      trial.maxLoss(),
      trial.control().randomLabels(),
      trial.control().gradientNoise(),
      trial.control().labelSmoothing(),
      trial.initFrom().map(file -> file.path().toString()).orElse(null),
      parameters,
      steps,
      ending.status().text(),
      orNull(ending.category()),
      orNull(ending.message()),
      orNull(ending.last().trainLoss()),
      orNull(ending.last().validationLoss()),
      orNull(ending.last().validationScore()),
      Double.isNaN(passes.drift()) ? null : passes.drift(),
      passes.mode().text(),
      passes.segments(),
      orNull(passes.recordSeconds()),
      orNull(passes.replaySeconds()),
      orNull(passes.waitShare()),
      where.device(),
      where.threads(),
      where.secant(),
      where.djl(),
      where.pytorch(),
      where.spark(),
      where.java(),
      trial.canonicalJson()
    };
  }

  private static String json(Map<String, ?> settings) {
    return ConfigValueFactory.fromMap(settings).render(ConfigRenderOptions.concise());
  }

  private static String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static Double orNull(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
