package dev.secant.cli;

import dev.secant.analysis.RunSummary;
import dev.secant.analysis.Views;
import dev.secant.job.Output;
import dev.secant.job.PlannedTrial;
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

/** Runs a sweep, or goes on with it. */
@Command(name = "run", description = "Run a sweep, or go on with one that was interrupted.")
final class RunCommand implements Callable<Integer> {
  @Mixin private SweepOptions options;

  @Override
  public Integer call() throws IOException {
    long start = System.nanoTime();
    Sweep sweep = options.read();
    List<PlannedTrial> plan = PlannedTrial.plan(sweep);
    boolean live = System.console() != null && System.getenv("TERM") != null;
    try (SparkSession spark = Sessions.open("secant " + sweep.name())) {
      SweepRun.Result result = new SweepRun(spark, sweep).run(plan, System.out, live);
      Output output = new Output(sweep.output(), spark);
      Views.register(output);
      Set<String> ids = plan.stream().map(p -> p.trial().id().value()).collect(Collectors.toSet());
      System.out.println();
      System.out.print(RunSummary.of(spark, ids));
      System.out.println();
      RunSummary.complaints(spark, ids).forEach(System.out::println);
      System.out.printf(
          "%d trials (%d were there before, %d not complete) in %.0f s%n",
          result.trials(),
          result.skipped(),
          result.unfinished(),
          (System.nanoTime() - start) / 1e9);
      System.out.println("tables: " + output.uri() + "/{trials,steps,epochs}");
      return result.unfinished() == 0 ? 0 : Main.SOME_FAILED;
    }
  }
}
