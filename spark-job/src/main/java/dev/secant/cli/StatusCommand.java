package dev.secant.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.analysis.TextTable;
import dev.secant.job.Output;
import dev.secant.job.Progress;
import dev.secant.job.SweepProgress;
import dev.secant.job.SweepStatus;
import dev.secant.table.TrialRecord.Status;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "status",
    description =
        "Counts the trials of an output: done, running, failed, left; of a run that is under way"
            + " also says who runs it, how fast, and where each trial is. From any machine that"
            + " reads the output.")
final class StatusCommand implements Callable<Integer> {
  enum Format {
    table,
    json
  }

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions options;

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}")
  private Format format;

  @Override
  public Integer call() throws IOException {
    try (SparkSession spark = Sessions.open()) {
      Output output = options.open(spark);
      SweepStatus status = SweepStatus.of(spark, output);
      PrintWriter out = spec.commandLine().getOut();
      if (format == Format.json) {
        out.println(json(output, status));
      } else {
        table(out, status);
      }
      out.flush();
      return 0;
    }
  }

  private static void table(PrintWriter out, SweepStatus status) {
    for (Status ending : Status.values()) {
      out.printf("%-8s  %d%n", ending.text(), status.counts().getOrDefault(ending.text(), 0));
    }
    out.println("running   " + status.running());
    out.println("left      " + status.left());
    status.run().ifPresent(run -> table(out, status, run));
    if (!status.failed().isEmpty()) {
      TextTable failed = new TextTable(List.of("trial_id", "status", "reason"));
      status
          .failed()
          .forEach(
              trial -> {
                String category = trial.category().isEmpty() ? "" : trial.category() + ": ";
                failed.add(
                    List.of(trial.trialId(), trial.status(), category + line(trial.message())));
              });
      out.println();
      out.print(failed.aligned());
    }
  }

  /** A message may hold anything: its first line, without what a terminal would obey. */
  private static String line(String message) {
    return message.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", " ");
  }

  private static void table(PrintWriter out, SweepStatus status, SweepProgress run) {
    out.println();
    out.printf(
        "run by    process %d on %s, application %s%n", run.pid(), run.host(), run.application());
    out.printf("since     %s, by the clock of %s%n", run.since(), run.host());
    status
        .seen()
        .ifPresent(
            seen ->
                out.printf(
                    "seen      %s, by the clock of the file system; beat %d%n", seen, run.beat()));
    out.printf(Locale.ROOT, "speed     %,.0f steps/s%n", run.stepsPerSecond());
    out.println(
        "time left "
            + (run.secondsLeft().isPresent()
                ? Progress.clock(run.secondsLeft().getAsDouble())
                : "not known yet"));
    if (!run.running().isEmpty()) {
      TextTable running = new TextTable(List.of("trial_id", "pass", "step", "of", "trial"));
      run.running()
          .forEach(
              trial ->
                  running.add(
                      List.of(
                          trial.trialId(),
                          trial.pass(),
                          trial.step(),
                          trial.steps(),
                          trial.name())));
      out.println();
      out.print(running.aligned());
    }
  }

  private static String json(Output output, SweepStatus status) throws JsonProcessingException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = mapper.createObjectNode().put("output", output.root().toString());
    for (Status ending : Status.values()) {
      json.put(ending.text(), status.counts().getOrDefault(ending.text(), 0));
    }
    json.put("running", status.running()).put("left", status.left());
    status
        .run()
        .ifPresent(
            run -> {
              ObjectNode told = run.json();
              status.seen().ifPresent(seen -> told.put("seen", seen.toString()));
              run.running().forEach(trial -> told.withArray("running").add(trial.json()));
              json.set("run", told);
            });
    status
        .failed()
        .forEach(
            trial ->
                json.withArray("not_complete")
                    .addObject()
                    .put("trial_id", trial.trialId())
                    .put("status", trial.status())
                    .put("category", trial.category())
                    .put("message", trial.message()));
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(json);
  }
}
