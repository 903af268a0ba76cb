package dev.secant.cli;

import dev.secant.config.InputException;
import dev.secant.job.Devices;
import dev.secant.job.PlannedTrial;
import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Sweep;
import dev.secant.sweep.SweepFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which sweep, and what differs from its file. */
final class SweepOptions {
  @Parameters(paramLabel = "CONF", description = "the sweep, a HOCON file")
  private Path conf;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "stronger than the file; may be given again: --set train.epochs=2")
  private List<String> overrides = List.of();

  @Option(
      names = "--output",
      paramLabel = "URI",
      description = "where the tables go: a folder, or such as s3a://bucket/prefix")
  private Optional<String> output = Optional.empty();

  Sweep read() {
    return SweepFile.read(conf, overrides, output);
  }

  /** What computes the sweep; a GPU that cannot be used is refused naming the file. */
  EngineSettings engine(Sweep sweep) {
    try {
      return Devices.definite(sweep.engine(), new SparkConf());
    } catch (InputException e) {
      throw new InputException(conf + ": " + e.getMessage(), e);
    }
  }

  /** The sweep's trials, checked; what cannot run is refused naming the file that asks for it. */
  List<PlannedTrial> plan(Sweep sweep) {
    try {
      return PlannedTrial.of(
          sweep.trials(), sweep.measure().references(), sweep.dataRoot(), S3Settings.hadoop());
    } catch (InputException e) {
      throw new InputException(conf + ": " + e.getMessage(), e);
    }
  }
}
