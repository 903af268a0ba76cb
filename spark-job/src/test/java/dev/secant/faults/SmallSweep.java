package dev.secant.faults;

import dev.secant.job.PlannedTrial;
import dev.secant.job.Progress;
import dev.secant.job.SweepRun;
import dev.secant.job.TrialExecution;
import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Sweep;
import dev.secant.sweep.SweepFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** A sweep of trials that take a second at most, with every quantity measured. */
record SmallSweep(Sweep sweep) {
  /**
   * @param grid its lines of HOCON
   * @param more of {@code secant { ... }}
   */
  static Path write(Path folder, String grid, String more) {
    try {
      Path conf = Files.createTempFile(folder, "sweep", ".conf");
      Files.writeString(
          conf,
          """
          secant {
            grid {
              dataset = [ {type: shapes, train: 128, validation: 32} ]
              batch-size = [ 16 ]
              %s
            }
            train.epochs = 3
            engine.device = cpu
            measure {
              mode = replay
              probes { batches = 2, every = 10 }
              lags { lags = [1, 5], every = 6 }
              layers { every = 5 }
            }
            %s
          }
          """
              .formatted(grid, more));
      return conf;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One trial of a small MLP for each learning rate. */
  static String mlps(String... rates) {
    List<String> optimizers =
        List.of(rates).stream().map(rate -> "{type: momentum, lr: " + rate + "}").toList();
    return "architecture = [ {type: mlp, hidden: [16]} ]\noptimizer = " + optimizers;
  }

  static SmallSweep read(Path conf) {
    return new SmallSweep(SweepFile.read(conf, List.of(), Optional.of("unused")));
  }

  List<PlannedTrial> trials() {
    return PlannedTrial.of(sweep.trials(), sweep.measure().references(), sweep.dataRoot().folder());
  }

  /**
   * @param result empty where the run was stopped
   */
  record Done(SweepRun.Result result, String printed) {}

  Done run(SparkSession spark, String output, TrialExecution execution)
      throws InterruptedException, IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    SweepRun.Result result = start(spark, output, execution, printed).run(trials());
    return new Done(result, printed.toString(StandardCharsets.UTF_8));
  }

  SweepRun start(
      SparkSession spark, String output, TrialExecution execution, ByteArrayOutputStream printed) {
    return new SweepRun(
        spark,
        new SweepRun.Plan(output, sweep.measure(), sweep.dataRoot(), cpu(), sweep.run()),
        execution,
        Progress.lines(new PrintStream(printed, true, StandardCharsets.UTF_8), true));
  }

  private static EngineSettings cpu() {
    return new EngineSettings(EngineSettings.Device.CPU, 1, true);
  }
}
