package dev.secant.cli;

import dev.secant.config.InputException;
import dev.secant.job.Output;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows how far a sweep is. */
@Command(name = "status", description = "Trials of an output by how they ended, and those at work.")
final class StatusCommand implements Callable<Integer> {
  @Parameters(paramLabel = "OUT", description = "The output of a sweep: a folder or a URI.")
  private String out;

  @Override
  public Integer call() throws IOException {
    try (SparkSession spark = Sessions.open("secant status")) {
      Output output = new Output(out, spark);
      if (!output.exists() && output.begun().isEmpty()) {
        throw new InputException("no sweep at " + output.uri());
      }
      Map<String, String> committed = output.committed();
      Map<String, Long> counts =
          committed.values().stream()
              .collect(
                  Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
      counts.forEach((status, count) -> System.out.println(status + ": " + count));
      long open = output.begun().stream().filter(id -> !committed.containsKey(id)).count();
      System.out.println("begun, not complete: " + open);
      return 0;
    }
  }
}
