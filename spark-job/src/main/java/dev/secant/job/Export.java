package dev.secant.job;

import dev.secant.config.InputException;
import dev.secant.data.DataRoot;
import dev.secant.data.Dataset;
import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Trial;
import dev.secant.table.TrialRecord;
import dev.secant.training.CheckpointStore;
import dev.secant.training.Monitor;
import dev.secant.training.TrialRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Steps of a committed trial as files that PyTorch reads: the trial is walked again, on the kind of
 * device and with as many threads as it was measured with.
 */
public final class Export {
  private final Trial trial;
  private final long length;
  private final EngineSettings engine;
  private final CheckpointStore store;

  private Export(Trial trial, long length, EngineSettings engine, CheckpointStore store) {
    this.trial = trial;
    this.length = length;
    this.engine = engine;
    this.store = store;
  }

  /**
   * @param trialId of a trial of the output
   * @throws InputException where it has none of that id, or one without a path
   */
  public static Export of(SparkSession spark, Output output, String trialId) {
    List<Row> rows =
        output
            .all(spark, TrialRecord.TABLE)
            .where(org.apache.spark.sql.functions.col("trial_id").equalTo(trialId))
            .select("config_json", "steps", "threads", "device")
            .collectAsList();
    if (rows.isEmpty()) {
      throw new InputException(
          "output " + output.root() + " has no trial " + trialId + "; `secant sql` lists them");
    }
    if (rows.get(0).getLong(1) == 0) {
      throw new InputException("trial " + trialId + " failed: it has no steps to export");
    }
    return new Export(
        Trial.fromJson(rows.get(0).getString(0)),
        rows.get(0).getLong(1),
        new EngineSettings(device(rows.get(0).getString(3)), rows.get(0).getInt(2), true),
        output.checkpointStore(trialId));
  }

  private static EngineSettings.Device device(String text) {
    return text.equals(EngineSettings.Device.GPU.text())
        ? EngineSettings.Device.GPU
        : EngineSettings.Device.CPU;
  }

  /** The number T of steps of the trial's path. */
  public long length() {
    return length;
  }

  /**
   * Writes {@code step-<t>.safetensors} for each step, and {@code final.safetensors}.
   *
   * @param steps below {@link #length()}, at least one
   * @param configuration how an object store is reached, where the datasets lie in one
   */
  public void write(
      SortedSet<Long> steps, Path folder, DataRoot dataRoot, Configuration configuration)
      throws IOException {
    Dataset dataset = LoadedDatasets.load(trial.dataset(), dataRoot, configuration);
    Files.createDirectories(folder);
    try (TrialRun run =
        new TrialRun(trial, dataset, Devices.ofTask(engine, Map.of()), engine.threads())) {
      run.export(steps, length, store, folder, Monitor.NONE);
    }
  }
}
