package dev.secant.cli;

import dev.secant.analysis.Analysis;
import dev.secant.analysis.Digest;
import dev.secant.config.InputException;
import dev.secant.job.Compaction;
import dev.secant.job.EngineExecution;
import dev.secant.job.Output;
import dev.secant.job.PlannedTrial;
import dev.secant.job.Progress;
import dev.secant.job.SweepRun;
import dev.secant.report.Report;
import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Sweep;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "run",
    description =
        "Runs, or goes on with, a sweep; prints progress, a summary and where tables and report lie.")
final class RunCommand implements Callable<Integer> {
  /** Hooks of higher numbers run first; Spark's stops its context at a number below 100. */
  private static final int BEFORE_SPARK = 1000;

  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);

  @ParentCommand private Main main;
  @Spec private CommandSpec spec;
  @Mixin private SweepOptions options;

  @Override
  public Integer call() throws InterruptedException, IOException {
    Sweep sweep = options.read();
    // Everything that can be wrong with the input shows here, before Spark and before any file.
    List<PlannedTrial> trials = options.plan(sweep);
    EngineSettings engine = options.engine(sweep);
    Progress progress =
        System.console() != null
            ? Progress.bar(System.err, main.stacktrace())
            : Progress.lines(System.err, main.stacktrace());
    try (SparkSession spark = Sessions.open()) {
      SweepRun run =
          new SweepRun(
              spark,
              new SweepRun.Plan(
                  sweep.output(), sweep.measure(), sweep.dataRoot(), engine, sweep.run()),
              new EngineExecution(),
              progress);
      Runnable farewell =
          () -> {
            System.err.println("\nsecant: interrupted; run again to go on");
            run.stop(STOP_WITHIN);
          };
      // Before Spark's own hook, which takes the context away while tasks compute.
      ShutdownHookManager hooks = ShutdownHookManager.get();
      hooks.addShutdownHook(farewell, BEFORE_SPARK, STOP_WITHIN.toSeconds() + 1, TimeUnit.SECONDS);
      SweepRun.Result result;
      try {
        result = run.run(trials);
      } finally {
        if (!hooks.isShutdownInProgress()) {
          hooks.removeShutdownHook(farewell);
        }
      }
      summarize(spark, sweep, result);
      return result.allWell() ? 0 : Main.FAILED;
    }
  }

  private static Path report(SparkSession spark, Output output, boolean nothingNew) {
    if (nothingNew) {
      Optional<Path> written = Report.written(output);
      if (written.isPresent()) {
        return written.get();
      }
      output.createViews(spark);
    }
    return Report.write(spark, output);
  }

  private void summarize(SparkSession spark, Sweep sweep, SweepRun.Result result) {
    Output output = new Output(sweep.output(), spark.sparkContext().hadoopConfiguration());
    var out = spec.commandLine().getOut();
    String report = "";
    try {
      if (Compaction.isDue(output)) {
        Compaction.run(spark, output);
      }
      Set<String> ids =
          sweep.trials().stream().map(trial -> trial.id().value()).collect(Collectors.toSet());
      out.println();
      // What was computed of these same trials is not computed again.
      Optional<Analysis> last =
          result.nothingNew() ? Analysis.current(spark, output) : Optional.empty();
      Analysis analysis = last.orElseGet(() -> Analysis.compute(spark, output));
      out.print(Digest.trials(analysis.summary(), ids::contains));
      out.println();
      report = "report: " + report(spark, output, last.isPresent()) + "\n";
    } catch (InputException e) {
      // The trials are there; what is computed from them can be computed again.
      out.println("no summary or no report: " + e.getMessage());
    }
    out.printf(
        "%d of %d trials complete%s%s%n",
        result.complete(),
        sweep.trials().size(),
        result.failed() > 0 ? ", " + result.failed() + " not" : "",
        result.skipped() > 0 ? " (" + result.skipped() + " were there already)" : "");
    out.println("tables: " + output.root());
    out.print(report);
    out.flush();
  }
}
