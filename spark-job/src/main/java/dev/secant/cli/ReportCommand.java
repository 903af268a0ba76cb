package dev.secant.cli;

import dev.secant.analysis.Analysis;
import dev.secant.job.Output;
import dev.secant.report.Report;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "report",
    description = "Writes report.html into an output anew: one page that opens offline.")
final class ReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OutputOptions options;

  @Override
  public Integer call() throws IOException {
    try (SparkSession spark = Sessions.open()) {
      Output output = options.open(spark);
      Analysis.refresh(spark, output);
      var out = spec.commandLine().getOut();
      out.println("report: " + Report.write(spark, output));
      out.flush();
      return 0;
    }
  }
}
