package dev.secant.cli;

import dev.secant.config.InputException;
import dev.secant.job.Export;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "export",
    description =
        "Walks a trial again and writes weights, gradients and batches of chosen steps as"
            + " safetensors, with the names of PyTorch's state_dict.")
final class ExportCommand implements Callable<Integer> {
  private static final Pattern RANGE = Pattern.compile("(\\d{1,15})(?:-(\\d{1,15}))?");

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions options;

  @Option(names = "--trial", required = true, paramLabel = "ID", description = "the trial's id")
  private String trial;

  @Option(
      names = "--steps",
      required = true,
      paramLabel = "STEPS",
      description = "from 0: such as 0-19 or 0,5,100-110")
  private String steps;

  @Option(names = "--to", required = true, paramLabel = "DIR", description = "a folder")
  private Path folder;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "the folder of datasets; default $SECANT_DATA")
  private Optional<Path> data = Optional.empty();

  @Override
  public Integer call() throws IOException {
    try (SparkSession spark = Sessions.open()) {
      Export export = Export.of(spark, options.open(spark), trial);
      SortedSet<Long> chosen = parse(steps, export.length());
      Path root =
          data.orElseGet(
              () -> Path.of(Optional.ofNullable(System.getenv("SECANT_DATA")).orElse("data")));
      export.write(chosen, folder, root);
      var out = spec.commandLine().getOut();
      out.printf("%d steps and final.safetensors in %s%n", chosen.size(), folder);
      out.flush();
      return 0;
    }
  }

  private static SortedSet<Long> parse(String steps, long length) {
    SortedSet<Long> chosen = new TreeSet<>();
    for (String part : steps.split(",")) {
      Matcher range = RANGE.matcher(part.strip());
      if (!range.matches()) {
        throw new InputException(
            "--steps " + steps + ": must be steps such as 0-19 or 0,5,100-110");
      }
      long first = Long.parseLong(range.group(1));
      long last = range.group(2) == null ? first : Long.parseLong(range.group(2));
      if (last < first || last >= length) {
        throw new InputException("--steps " + steps + ": the trial has steps 0 to " + (length - 1));
      }
      for (long step = first; step <= last; step++) {
        chosen.add(step);
      }
    }
    return chosen;
  }
}
