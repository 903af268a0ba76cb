package dev.secant.cli;

import dev.secant.sweep.Sweep;
import dev.secant.sweep.SweepFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The sweep that a command is about. */
final class SweepOptions {
  @Parameters(paramLabel = "CONF", description = "The sweep's configuration file (HOCON).")
  private Path conf;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override a key, such as train.epochs=2; may be repeated.")
  private List<String> overrides = List.of();

  @Option(
      names = "--output",
      paramLabel = "URI",
      description = "Where the tables go, in place of secant.output.")
  private Optional<String> output = Optional.empty();

  Sweep read() {
    return SweepFile.read(conf, overrides, output);
  }
}
