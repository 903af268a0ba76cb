package dev.secant.cli;

import dev.secant.config.InputException;
import dev.secant.data.DataRoot;
import dev.secant.export.TensorBoard;
import dev.secant.job.Export;
import dev.secant.job.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "export",
    description =
        "Takes trials out of an output: for --to, walks one again and writes weights, gradients and"
            + " batches of chosen steps as safetensors, with the names of PyTorch's state_dict; for"
            + " --tensorboard, writes the scalars of every trial, or of those named, as event"
            + " files.")
final class ExportCommand implements Callable<Integer> {
  private static final Pattern RANGE = Pattern.compile("(\\d{1,15})(?:-(\\d{1,15}))?");

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions options;

  @ArgGroup(multiplicity = "1")
  private Format format;

  @Option(
      names = "--trial",
      paramLabel = "ID",
      description = "a trial's id; several for --tensorboard, all where none is named")
  private Set<String> trials = new LinkedHashSet<>();

  /** One of the two. */
  private static final class Format {
    @ArgGroup(exclusive = false)
    private Steps steps;

    @Option(
        names = "--tensorboard",
        paramLabel = "DIR",
        description = "a folder for event files, one folder a trial: tensorboard --logdir DIR")
    private Path tensorBoard;
  }

  private static final class Steps {
    @Option(
        names = "--steps",
        required = true,
        paramLabel = "STEPS",
        description = "from 0: such as 0-19 or 0,5,100-110")
    private String steps;

    @Option(
        names = "--to",
        required = true,
        paramLabel = "DIR",
        description = "a folder for safetensors")
    private Path folder;
  }

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "the folder of datasets, or such as s3a://bucket/data; default $SECANT_DATA")
  private Optional<String> data = Optional.empty();

  @Override
  public Integer call() throws IOException {
    if (format.steps != null && trials.size() != 1) {
      throw new InputException("--steps and --to need one --trial ID");
    }
    trials.forEach(ExportCommand::checkId);
    try (SparkSession spark = Sessions.open()) {
      Output output = options.open(spark);
      String said =
          format.steps != null
              ? steps(Export.of(spark, output, trials.iterator().next()), format.steps)
              : TensorBoard.write(spark, output, trials, format.tensorBoard)
                  + " runs in "
                  + format.tensorBoard;
      var out = spec.commandLine().getOut();
      out.println(said);
      out.flush();
      return 0;
    }
  }

  private static void checkId(String trial) {
    if (!trial.matches("[0-9a-f]{12}")) {
      throw new InputException(
          "--trial "
              + trial
              + ": must be a trial's id, 12 hexadecimal digits such as 5cc13e0e47a0");
    }
  }

  private String steps(Export export, Steps asked) throws IOException {
    SortedSet<Long> chosen = parse(asked.steps, export.length());
    String root =
        data.orElseGet(() -> Optional.ofNullable(System.getenv("SECANT_DATA")).orElse("data"));
    export.write(chosen, asked.folder, new DataRoot(root, "auto"), S3Settings.hadoop());
    return chosen.size() + " steps and final.safetensors in " + asked.folder;
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
