package dev.secant.cli;

import dev.secant.analysis.TextTable;
import dev.secant.bench.Benchmark;
import dev.secant.bench.Workload;
import dev.secant.config.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "bench",
    description = "Milliseconds a training step of fixed workloads, plain and measured.")
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "WORKLOAD", description = "which; all when not given")
  private List<String> names = List.of();

  @Option(names = "--threads", defaultValue = "1", description = "of one operation (default 1)")
  private int threads;

  @Option(names = "--rounds", defaultValue = "5", description = "of which medians are taken")
  private int rounds;

  @Option(names = "--json", description = "one JSON object instead of a table")
  private boolean json;

  @Override
  public Integer call() {
    List<Benchmark.Result> results = new ArrayList<>();
    for (Workload workload : chosen()) {
      results.add(Benchmark.run(workload, threads, rounds));
    }
    var out = spec.commandLine().getOut();
    out.println(json ? json(results) : table(results));
    out.flush();
    return 0;
  }

  private List<Workload> chosen() {
    if (names.isEmpty()) {
      return Workload.ALL;
    }
    return names.stream()
        .map(
            name ->
                Workload.ALL.stream()
                    .filter(workload -> workload.name().equals(name))
                    .findAny()
                    .orElseThrow(
                        () ->
                            new InputException(
                                "no workload "
                                    + name
                                    + "; there are "
                                    + Workload.ALL.stream()
                                        .map(Workload::name)
                                        .collect(Collectors.joining(", ")))))
        .toList();
  }

  private static String table(List<Benchmark.Result> results) {
    TextTable table =
        new TextTable(
            List.of(
                "workload",
                "threads",
                "device",
                "weights",
                "plain ms",
                "measured ms",
                "ratio",
                "trial steps",
                "plain trial ms",
                "with replay",
                "as trajectory"));
    for (Benchmark.Result result : results) {
      table.add(
          List.of(
              result.workload().name(),
              result.threads(),
              "cpu",
              result.weights(),
              number(result.plain()),
              number(result.measured()),
              number(result.measured() / result.plain()),
              result.trial().steps(),
              number(result.trial().plain()),
              number(result.trial().replay() / result.trial().plain()),
              number(result.trial().trajectory() / result.trial().plain())));
    }
    return table.aligned();
  }

  private static String json(List<Benchmark.Result> results) {
    return results.stream()
        .map(
            result ->
                String.format(
                    Locale.ROOT,
                    "{\"name\": \"%s\", \"threads\": %d, \"device\": \"cpu\", \"weights\": %d,"
                        + " \"plain_ms\": %.4f, \"measured_ms\": %.4f, \"trial\": {\"steps\": %d, \"plain_ms\": %.2f,"
                        + " \"replay_ms\": %.2f, \"trajectory_ms\": %.2f}}",
                    result.workload().name(),
                    result.threads(),
                    result.weights(),
                    result.plain(),
                    result.measured(),
                    result.trial().steps(),
                    result.trial().plain(),
                    result.trial().replay(),
                    result.trial().trajectory()))
        .collect(Collectors.joining(",\n  ", "{\"workloads\": [\n  ", "\n]}"));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
