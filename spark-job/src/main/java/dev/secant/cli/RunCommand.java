package dev.secant.cli;

import dev.secant.analysis.Analysis;
import dev.secant.analysis.Digest;
import dev.secant.config.InputException;
import dev.secant.job.EngineExecution;
import dev.secant.job.Output;
import dev.secant.job.PlannedTrial;
import dev.secant.job.Progress;
import dev.secant.job.SweepRun;
import dev.secant.sweep.Sweep;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "run",
    description =
        "Runs, or goes on with, a sweep; prints progress, a summary and where the tables lie.")
final class RunCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Spec private CommandSpec spec;
  @Mixin private SweepOptions options;

  @Override
  public Integer call() throws InterruptedException, IOException {
    Sweep sweep = options.read();
    // Everything that can be wrong with the input shows here, before Spark and before any file.
    List<PlannedTrial> trials = options.plan(sweep);
    Progress progress =
        System.console() != null
            ? Progress.bar(System.err, main.stacktrace())
            : Progress.lines(System.err, main.stacktrace());
    Thread farewell =
        new Thread(() -> System.err.println("\nsecant: interrupted; run again to go on"));
    try (SparkSession spark = Sessions.open()) {
      SweepRun run =
          new SweepRun(
              spark,
              new SweepRun.Plan(
                  sweep.output(),
                  sweep.measure(),
                  sweep.dataRoot(),
                  "cpu",
                  sweep.engine().threads()),
              new EngineExecution(),
              progress);
      Runtime.getRuntime().addShutdownHook(farewell);
      SweepRun.Result result = run.run(trials);
      summarize(spark, sweep, result);
      return result.allWell() ? 0 : Main.FAILED;
    } finally {
      removeHook(farewell);
    }
  }

  /** The program goes on to its own end, so its end is no interruption. */
  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is being shut down from outside, and the hook has said so.
      Thread.currentThread().interrupt();
    }
  }

  private void summarize(SparkSession spark, Sweep sweep, SweepRun.Result result) {
    Output output = new Output(sweep.output(), spark.sparkContext().hadoopConfiguration());
    var out = spec.commandLine().getOut();
    try {
      Set<String> ids =
          sweep.trials().stream().map(trial -> trial.id().value()).collect(Collectors.toSet());
      out.println();
      out.print(Digest.trials(Analysis.compute(spark, output).summary(), ids::contains));
      out.println();
    } catch (InputException e) {
      // The trials are there; what is computed from them can be computed again.
      out.println("no summary: " + e.getMessage());
    }
    out.printf(
        "%d of %d trials complete%s%s%n",
        result.complete(),
        sweep.trials().size(),
        result.failed() > 0 ? ", " + result.failed() + " not" : "",
        result.skipped() > 0 ? " (" + result.skipped() + " were there already)" : "");
    out.println("tables: " + output.root());
    out.flush();
  }
}
