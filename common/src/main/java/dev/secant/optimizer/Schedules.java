package dev.secant.optimizer;

import dev.secant.config.Settings;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The learning-rate schedules that a sweep can name. */
public final class Schedules {
  private Schedules() {}

  /** Every name with its options and their defaults, for people. */
  public static Map<String, String> types() {
    Map<String, String> types = new TreeMap<>();
    types.put("constant", "the optimizer's own rate throughout");
    types.put("cosine", "warm-up, then half a cosine; warmup-epochs 0, final-factor 0");
    types.put("file", "learning rates from a file, over their largest; path");
    types.put("linear", "warm-up, then a straight line; warmup-epochs 0, final-factor 0");
    types.put("step", "times factor 0.1 every-epochs n, or at-epochs [n, ...]");
    return types;
  }

  /**
   * A schedule from its settings.
   *
   * @throws dev.secant.config.InputException for an unknown type or key, or a value out of range
   */
  public static Schedule parse(Settings settings) {
    Schedule schedule =
        switch (settings.type()) {
          case "constant" -> new Constant();
          case "cosine" -> new Cosine(warmup(settings), last(settings));
          case "file" -> FileSchedule.parse(settings);
          case "linear" -> new Linear(warmup(settings), last(settings));
          case "step" -> step(settings);
          default -> throw settings.unknownName("type", types().keySet());
        };
    settings.refuseUnknown();
    return schedule;
  }

  private static double warmup(Settings settings) {
    return settings.numberBetween(0, Integer.MAX_VALUE, "warmup-epochs", 0);
  }

  private static double last(Settings settings) {
    return settings.numberBetween(0, 1, "final-factor", 0);
  }

  private static Schedule step(Settings settings) {
    double factor = settings.positive("factor", 0.1);
    boolean every = settings.has("every-epochs");
    if (every == settings.has("at-epochs")) {
      throw settings.error("needs one of every-epochs and at-epochs");
    }
    if (every) {
      return new EveryEpochs(settings.integerFrom(1, "every-epochs", 1), factor);
    }
    List<Integer> at = settings.integers("at-epochs", List.of()).stream().sorted().toList();
    if (at.isEmpty() || at.get(0) < 1 || at.stream().distinct().count() < at.size()) {
      throw settings.error("at-epochs", "must hold different epochs from 1, but is " + at);
    }
    return new AtEpochs(at, factor);
  }

  /** A factor of 1. */
  public record Constant() implements Schedule {
    @Override
    public String type() {
      return "constant";
    }

    @Override
    public SortedMap<String, Object> settings() {
      return new TreeMap<>();
    }

    @Override
    public double factor(long step, long stepsPerEpoch, long steps) {
      return 1;
    }
  }

  /**
   * With W = round(warmupEpochs stepsPerEpoch): (step + 1) / W in the first W steps; then f + (1 -
   * f) (1 + cos(pi p)) / 2 where p = (step - W) / (steps - W) and f is the final factor, which
   * would be reached at the step after the last.
   */
  public record Cosine(double warmupEpochs, double finalFactor) implements Schedule {
    @Override
    public String type() {
      return "cosine";
    }

    @Override
    public SortedMap<String, Object> settings() {
      return decay(warmupEpochs, finalFactor);
    }

    @Override
    public double factor(long step, long stepsPerEpoch, long steps) {
      long warmup = Math.round(warmupEpochs * stepsPerEpoch);
      return step < warmup
          ? (step + 1.0) / warmup
          : finalFactor
              + (1 - finalFactor) * (1 + Math.cos(Math.PI * progress(step, warmup, steps))) / 2;
    }
  }

  /** As {@link Cosine}, but 1 - (1 - f) p after the warm-up. */
  public record Linear(double warmupEpochs, double finalFactor) implements Schedule {
    @Override
    public String type() {
      return "linear";
    }

    @Override
    public SortedMap<String, Object> settings() {
      return decay(warmupEpochs, finalFactor);
    }

    @Override
    public double factor(long step, long stepsPerEpoch, long steps) {
      long warmup = Math.round(warmupEpochs * stepsPerEpoch);
      return step < warmup
          ? (step + 1.0) / warmup
          : 1 - (1 - finalFactor) * progress(step, warmup, steps);
    }
  }

  /** factor ^ floor(epoch / epochs), with epochs from 0. */
  public record EveryEpochs(int epochs, double factor) implements Schedule {
    @Override
    public String type() {
      return "step";
    }

    @Override
    public SortedMap<String, Object> settings() {
      return new TreeMap<>(Map.of("every-epochs", epochs, "factor", factor));
    }

    @Override
    public double factor(long step, long stepsPerEpoch, long steps) {
      return Math.pow(factor, step / stepsPerEpoch / epochs);
    }
  }

  /** factor ^ (how many of the epochs have begun), with epochs from 0. */
  public record AtEpochs(List<Integer> epochs, double factor) implements Schedule {
    public AtEpochs {
      epochs = List.copyOf(epochs);
    }

    @Override
    public String type() {
      return "step";
    }

    @Override
    public SortedMap<String, Object> settings() {
      return new TreeMap<>(Map.of("at-epochs", epochs, "factor", factor));
    }

    @Override
    public double factor(long step, long stepsPerEpoch, long steps) {
      long epoch = step / stepsPerEpoch;
      return Math.pow(factor, epochs.stream().filter(at -> at <= epoch).count());
    }
  }

  private static SortedMap<String, Object> decay(double warmupEpochs, double finalFactor) {
    return new TreeMap<>(Map.of("warmup-epochs", warmupEpochs, "final-factor", finalFactor));
  }

  private static double progress(long step, long warmup, long steps) {
    return Math.min(1, (step - warmup) / (double) Math.max(1, steps - warmup));
  }
}
