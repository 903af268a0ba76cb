package dev.secant.cli;

import dev.secant.job.Output;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "status",
    description = "Counts the trials of an output: done, started, failed, left.")
final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OutputOptions options;

  @Override
  public Integer call() throws IOException {
    try (SparkSession spark = Sessions.open()) {
      Output output = options.open(spark);
      Map<String, String> committed = output.committed();
      Set<String> planned = output.planned();
      Set<String> started = output.trialsWithCheckpoints();
      Map<String, Integer> counts = new TreeMap<>();
      committed.values().forEach(status -> counts.merge(status, 1, Integer::sum));
      long left = planned.stream().filter(id -> !committed.containsKey(id)).count();
      long begun =
          planned.stream().filter(id -> !committed.containsKey(id) && started.contains(id)).count();
      var out = spec.commandLine().getOut();
      out.println("complete  " + counts.getOrDefault("complete", 0));
      out.println("diverged  " + counts.getOrDefault("diverged", 0));
      out.println("drifted   " + counts.getOrDefault("drifted", 0));
      out.println("failed    " + counts.getOrDefault("failed", 0));
      out.println("running   " + (output.inUse() ? begun : 0));
      out.println("left      " + (output.inUse() ? left - begun : left));
      out.flush();
      return 0;
    }
  }
}
