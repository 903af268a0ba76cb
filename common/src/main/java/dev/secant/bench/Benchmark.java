package dev.secant.bench;

import dev.secant.training.Pace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Times the steps of one workload. Plain and measured steps take turns, so that both meet the same
 * load of the machine.
 */
public final class Benchmark {
  /** How long one turn lasts; a longer step makes a turn by itself. */
  private static final double TURN_MS = 200;

  /** Medians over the rounds, in milliseconds a step. */
  public record Result(
      Workload workload, int weights, int threads, double plain, double measured) {}

  private Benchmark() {}

  public static Result run(Workload workload, int threads, int rounds) {
    try (Pace pace = new Pace(workload.trial(), workload.samples(), threads)) {
      pace.plain(2);
      int steps = (int) Math.max(1, Math.min(100, TURN_MS / pace.plain(1)));
      pace.measured(steps);
      List<Double> plain = new ArrayList<>();
      List<Double> measured = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        plain.add(pace.plain(steps));
        measured.add(pace.measured(steps));
      }
      return new Result(workload, pace.weights(), threads, median(plain), median(measured));
    }
  }

  private static double median(List<Double> values) {
    Collections.sort(values);
    int middle = values.size() / 2;
    return values.size() % 2 == 1
        ? values.get(middle)
        : (values.get(middle - 1) + values.get(middle)) / 2;
  }
}
