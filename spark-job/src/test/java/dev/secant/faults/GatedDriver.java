package dev.secant.faults;

import dev.secant.job.EngineExecution;
import dev.secant.job.SweepRun;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** A driver whose first trial waits at a gate. */
final class GatedDriver {
  private GatedDriver() {}

  /** Arguments: a sweep, its output, and the folder of the gate. */
  public static void main(String[] arguments) throws Exception {
    SmallSweep sweep = SmallSweep.read(Path.of(arguments[0]));
    Gate gate = Gate.in(Path.of(arguments[2]), "record");
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate()) {
      SweepRun run =
          sweep.start(
              spark,
              arguments[1],
              new GatedExecution(new EngineExecution(), gate, gate, 5),
              new ByteArrayOutputStream());
      System.exit(run.run(sweep.trials()).allWell() ? 0 : 1);
    }
  }
}
