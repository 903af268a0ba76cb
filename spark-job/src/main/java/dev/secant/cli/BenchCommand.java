package dev.secant.cli;

import dev.secant.analysis.TextTable;
import dev.secant.bench.Benchmark;
import dev.secant.bench.Workload;
import dev.secant.config.InputException;
import dev.secant.engine.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
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
  private enum Where {
    CPU,
    GPU
  }

  @Spec private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "WORKLOAD", description = "which; all when not given")
  private List<String> names = List.of();

  @Option(names = "--threads", defaultValue = "1", description = "of one operation (default 1)")
  private int threads;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "cpu (default) or gpu, the first of this machine, with deterministic kernels")
  private Where where;

  @Option(names = "--rounds", defaultValue = "5", description = "of which medians are taken")
  private int rounds;

  @Option(
      names = "--trials",
      description =
          "time a short trial as a whole, too: plain, with replay, as trajectory (a first one and"
              + " later ones)")
  private boolean trials;

  @Option(
      names = "--turns",
      description =
          "print \"turn\" before each round of steps, and wait for a line: to take turns with another"
              + " program")
  private boolean turns;

  @Option(names = "--json", description = "one JSON object instead of a table")
  private boolean json;

  @Override
  public Integer call() {
    if (threads < 1 || rounds < 1) {
      throw new InputException(
          "--threads %d, --rounds %d: both must be at least 1".formatted(threads, rounds));
    }
    Device device = where == Where.CPU ? Device.CPU : new Device.Gpu(0, true);
    List<Benchmark.Result> results = new ArrayList<>();
    var err = spec.commandLine().getErr();
    Runnable turn = turns ? this::awaitTurn : () -> {};
    for (Workload workload : chosen()) {
      Benchmark.Result result =
          trials
              ? Benchmark.stepsAndTrial(workload, device, threads, rounds, turn)
              : Benchmark.steps(workload, device, threads, rounds, turn);
      results.add(result);
      // All of them take minutes; what was timed is not lost where the rest is interrupted.
      err.printf(
          Locale.ROOT,
          "secant: %s: %.3f ms a step, %.3f measured%n",
          workload.name(),
          result.plain(),
          result.measured());
      err.flush();
    }
    var out = spec.commandLine().getOut();
    out.println(json ? json(results) : table(results));
    out.flush();
    return 0;
  }

  private void awaitTurn() {
    var out = spec.commandLine().getOut();
    out.println("turn");
    out.flush();
    try {
      // Byte by byte, since what comes behind the line is for the next round.
      int next;
      do {
        next = System.in.read();
      } while (next != '\n' && next != -1);
    } catch (IOException e) {
      throw new UncheckedIOException("waiting for a turn", e);
    }
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

  private String table(List<Benchmark.Result> results) {
    List<String> columns =
        new ArrayList<>(
            List.of(
                "workload",
                "threads",
                "device",
                "weights",
                "plain ms",
                "measured ms",
                "ratio",
                "data wait"));
    if (trials) {
      columns.addAll(
          List.of("trial steps", "plain trial ms", "with replay", "first kept", "as trajectory"));
    }
    TextTable table = new TextTable(columns);
    for (Benchmark.Result result : results) {
      List<Object> row =
          new ArrayList<>(
              List.of(
                  result.workload().name(),
                  result.threads(),
                  result.device().type(),
                  result.weights(),
                  number(result.plain()),
                  number(result.measured()),
                  number(result.measured() / result.plain()),
                  String.format(Locale.ROOT, "%.2f %%", 100 * result.dataWaitShare())));
      result
          .trial()
          .ifPresent(
              trial ->
                  row.addAll(
                      List.of(
                          trial.steps(),
                          number(trial.plain()),
                          number(trial.replay() / trial.plain()),
                          number(trial.first() / trial.plain()),
                          number(trial.trajectory() / trial.plain()))));
      table.add(row);
    }
    return table.aligned();
  }

  private static String json(List<Benchmark.Result> results) {
    return results.stream()
        .map(
            result ->
                String.format(
                    Locale.ROOT,
                    "{\"name\": \"%s\", \"threads\": %d, \"device\": \"%s\", \"weights\": %d,"
                        + " \"plain_ms\": %.4f, \"measured_ms\": %.4f, \"data_wait_share\": %.6f%s}",
                    result.workload().name(),
                    result.threads(),
                    result.device().type(),
                    result.weights(),
                    result.plain(),
                    result.measured(),
                    result.dataWaitShare(),
                    result.trial().map(BenchCommand::json).orElse("")))
        .collect(Collectors.joining(",\n  ", "{\"workloads\": [\n  ", "\n]}"));
  }

  private static String json(Benchmark.Whole trial) {
    return String.format(
        Locale.ROOT,
        ", \"trial\": {\"steps\": %d, \"plain_ms\": %.2f, \"replay_ms\": %.2f,"
            + " \"first_trajectory_ms\": %.2f, \"trajectory_ms\": %.2f}",
        trial.steps(),
        trial.plain(),
        trial.replay(),
        trial.first(),
        trial.trajectory());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
