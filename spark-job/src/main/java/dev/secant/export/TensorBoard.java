package dev.secant.export;

import static org.apache.spark.sql.functions.col;

import com.google.protobuf.ByteString;
import dev.secant.config.InputException;
import dev.secant.job.Output;
import dev.secant.table.Column;
import dev.secant.table.ColumnType;
import dev.secant.table.EpochRecord;
import dev.secant.table.StepRecord;
import dev.secant.table.Table;
import dev.secant.table.TrialRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.Summary;
import org.tensorflow.proto.SummaryMetadata;
import org.tensorflow.proto.SummaryMetadata.PluginData;
import org.tensorflow.proto.TensorProto;

/**
 * Trials as TensorBoard shows runs: a folder each, named by the factors and the id, with an event
 * file of all scalars of {@code steps} and {@code epochs}.
 *
 * <p>What is measured against a reference has the tag {@code <column>/<reference>}, so that
 * TensorBoard puts the references of one quantity side by side; the others are {@code
 * path/<column>} and {@code epoch/<column>}. TensorBoard's scalars are single precision.
 */
public final class TensorBoard {
  /** Columns that say the same for every reference. */
  private static final Set<String> OF_THE_PATH =
      Set.of(
          "loss",
          "learning_rate",
          "weight_norm",
          "gradient_norm",
          "gradient_norm_wd",
          "update_norm",
          "full_batch_loss",
          "full_batch_gradient_norm");

  private static final List<String> FACTORS =
      List.of(
          "architecture_config",
          "dataset_config",
          "batch_size",
          "optimizer_config",
          "schedule_config",
          "weight_decay",
          "seed",
          "random_labels",
          "gradient_noise",
          "label_smoothing",
          "parameters",
          "steps",
          "status");

  private final Dataset<Row> steps;
  private final Dataset<Row> epochs;

  private TensorBoard(SparkSession spark, Output output) {
    this.steps = output.all(spark, StepRecord.TABLE);
    this.epochs = output.all(spark, EpochRecord.TABLE);
  }

  /**
   * Writes trials that are committed; files of an earlier export of the same trial are replaced.
   *
   * @param ids which; all where there are none
   * @param folder what {@code tensorboard --logdir} is given
   * @return how many were written: trials without steps have nothing to show
   * @throws InputException where the output has no such trial
   */
  public static int write(SparkSession spark, Output output, Set<String> ids, Path folder)
      throws IOException {
    Dataset<Row> trials = output.all(spark, TrialRecord.TABLE);
    if (!ids.isEmpty()) {
      trials = trials.where(col("trial_id").isInCollection(ids));
    }
    List<Row> rows = trials.orderBy("trial_id").collectAsList();
    Set<String> found =
        rows.stream().map(row -> row.<String>getAs("trial_id")).collect(Collectors.toSet());
    for (String id : ids) {
      if (!found.contains(id)) {
        throw new InputException("output " + output.root() + " has no trial " + id);
      }
    }
    TensorBoard board = new TensorBoard(spark, output);
    int written = 0;
    for (Row trial : rows) {
      if (trial.<Long>getAs("steps") > 0) {
        board.write(trial, folder.resolve(run(trial)));
        written++;
      }
    }
    return written;
  }

  private void write(Row trial, Path run) throws IOException {
    String id = trial.getAs("trial_id");
    Files.createDirectories(run);
    // TensorBoard knows event files by this name.
    try (EventFile events = new EventFile(run.resolve("events.out.tfevents.0.secant"))) {
      events.add(0, factors(trial));
      add(events, StepRecord.TABLE, "path", steps.where(col("trial_id").equalTo(id)));
      add(events, EpochRecord.TABLE, "epoch", epochs.where(col("trial_id").equalTo(id)));
    }
  }

  private static void add(EventFile events, Table table, String ofAll, Dataset<Row> rows)
      throws IOException {
    long step = -1;
    for (Iterator<Row> each = rows.orderBy("step", "reference").toLocalIterator();
        each.hasNext(); ) {
      Row row = each.next();
      boolean isFirst = row.<Long>getAs("step") != step;
      step = row.getAs("step");
      events.add(step, scalars(table, row, ofAll, isFirst));
    }
  }

  private static Summary scalars(Table table, Row row, String ofAll, boolean isFirst) {
    Summary.Builder summary = Summary.newBuilder();
    boolean ofEpoch = table.equals(EpochRecord.TABLE);
    for (Column column : table.columns()) {
      String name = column.name();
      boolean hasReference =
          ofEpoch
              ? name.startsWith("full_batch_") && !OF_THE_PATH.contains(name)
              : !OF_THE_PATH.contains(name);
      if (column.type() == ColumnType.DOUBLE
          && row.getAs(name) != null
          && (hasReference || isFirst)) {
        summary
            .addValueBuilder()
            .setTag(hasReference ? name + "/" + row.getAs("reference") : ofAll + "/" + name)
            .setSimpleValue(row.<Double>getAs(name).floatValue());
      }
    }
    return summary.build();
  }

  /** What was run, as a table of TensorBoard's text plugin. */
  private static Summary factors(Row trial) {
    StringBuilder table = new StringBuilder("| factor | value |\n|---|---|\n");
    for (String factor : FACTORS) {
      String value = String.valueOf((Object) trial.getAs(factor)).replace("|", "\\|");
      table.append("| ").append(factor).append(" | `").append(value).append("` |\n");
    }
    return Summary.newBuilder()
        .addValue(
            Summary.Value.newBuilder()
                .setTag("trial")
                .setMetadata(
                    SummaryMetadata.newBuilder()
                        .setPluginData(PluginData.newBuilder().setPluginName("text")))
                .setTensor(
                    TensorProto.newBuilder()
                        .setDtype(DataType.DT_STRING)
                        .addStringVal(ByteString.copyFromUtf8(table.toString()))))
        .build();
  }

  /** Such as {@code mlp-shapes-b32-momentum-lr0.01-s0-edaef7536fcf}. */
  private static String run(Row trial) {
    StringJoiner name = new StringJoiner("-");
    name.add(trial.getAs("architecture"));
    name.add(trial.getAs("dataset"));
    name.add("b" + trial.getAs("batch_size"));
    name.add(trial.getAs("optimizer"));
    name.add("lr" + trial.getAs("learning_rate"));
    name.add("s" + trial.getAs("seed"));
    if (trial.<Double>getAs("random_labels") > 0) {
      name.add("random" + trial.getAs("random_labels"));
    }
    if (trial.<Boolean>getAs("gradient_noise")) {
      name.add("noise");
    }
    if (trial.<Double>getAs("label_smoothing") > 0) {
      name.add("smooth" + trial.getAs("label_smoothing"));
    }
    name.add(trial.getAs("trial_id"));
    // A network of the user's own may have any name.
    return name.toString().replaceAll("[^A-Za-z0-9._+-]", "_");
  }
}
