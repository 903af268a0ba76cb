package dev.secant.cli;

import dev.secant.analysis.Prescription;
import dev.secant.analysis.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "prescribe",
    description =
        "Writes the learning rates that the measured trials would have wanted, smoothed, one file"
            + " for each architecture, dataset, batch size and optimizer; schedule = {type: file}"
            + " trains with them.")
final class PrescribeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OutputOptions options;

  @Option(
      names = "--to",
      paramLabel = "DIR",
      defaultValue = "prescribed",
      description =
          "a folder for the files, which replace those of the same names; default"
              + " ${DEFAULT-VALUE}")
  private Path folder;

  @Option(
      names = "--reference",
      paramLabel = "NAME",
      defaultValue = "final",
      description = "which w*; default ${DEFAULT-VALUE}")
  private String reference;

  @Override
  public Integer call() throws IOException {
    try (SparkSession spark = Sessions.open()) {
      Map<String, Prescription> files =
          Prescription.named(Prescription.of(spark, options.open(spark), reference));
      Files.createDirectories(folder);
      TextTable table = new TextTable(List.of("file", "trials", "lr used", "lr prescribed"));
      for (var entry : files.entrySet()) {
        Path file = folder.resolve(entry.getKey());
        Prescription prescription = entry.getValue();
        Files.writeString(file, prescription.text());
        table.add(
            List.of(
                file.toString(),
                prescription.trials().size(),
                prescription.learningRate(),
                prescription.peak()));
      }
      var out = spec.commandLine().getOut();
      out.print(table.aligned());
      out.println();
      out.println("lr used: median over the trials; lr prescribed: the largest along the path");
      out.flush();
      return 0;
    }
  }
}
