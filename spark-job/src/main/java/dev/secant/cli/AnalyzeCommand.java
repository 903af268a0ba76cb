package dev.secant.cli;

import dev.secant.analysis.Analysis;
import dev.secant.analysis.Digest;
import dev.secant.job.Output;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "analyze",
    description =
        "Computes the tables summary (one row a trial) and effects (what each factor does) anew,"
            + " and prints what stands out.")
final class AnalyzeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OutputOptions options;

  @Override
  public Integer call() throws IOException {
    try (SparkSession spark = Sessions.open()) {
      Output output = options.open(spark);
      Analysis analysis = Analysis.compute(spark, output);
      var out = spec.commandLine().getOut();
      out.print(Digest.trials(analysis.summary(), id -> true));
      out.println();
      out.print(Digest.effects(analysis.effects()));
      out.println();
      out.println("tables: " + output.root() + "/summary, " + output.root() + "/effects");
      out.flush();
      return 0;
    }
  }
}
