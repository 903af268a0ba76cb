package dev.secant.analysis;

import dev.secant.analysis.Effect.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.StatUtils;

/** The mean of a metric at each level of each factor, and in each cell of two factors. */
final class LevelMeans {
  private final Sample sample;
  private final List<Effect> rows = new ArrayList<>();

  private LevelMeans(Sample sample) {
    this.sample = sample;
  }

  static List<Effect> of(Sample sample) {
    LevelMeans means = new LevelMeans(sample);
    sample.model().trials().factors().forEach(means::addLevels);
    List<Factor> factors = sample.model().design().factors();
    for (int i = 0; i < factors.size(); i++) {
      for (Factor other : factors.subList(i + 1, factors.size())) {
        means.addCells(factors.get(i), other);
      }
    }
    return means.rows;
  }

  private void addLevels(Factor factor) {
    Factor planned = sample.planned(factor);
    for (int level = 0; level < factor.levels().size(); level++) {
      rows.add(
          mean(factor.name(), Sample.at(factor, level), Sample.at(planned, level).size())
              .with("level", factor.levels().get(level)));
    }
  }

  /** The cells that have a trial, also one that was dropped. */
  private void addCells(Factor one, Factor two) {
    for (int a = 0; a < one.levels().size(); a++) {
      for (int b = 0; b < two.levels().size(); b++) {
        int planned = inCell(sample.planned(one), a, sample.planned(two), b).size();
        if (planned > 0) {
          rows.add(
              mean(one.name(), inCell(one, a, two, b), planned)
                  .with("level", one.levels().get(a))
                  .with("other_factor", two.name())
                  .with("other_level", two.levels().get(b)));
        }
      }
    }
  }

  private static List<Integer> inCell(Factor one, int a, Factor two, int b) {
    return IntStream.range(0, one.levelOf().size())
        .filter(trial -> one.levelOf().get(trial) == a && two.levelOf().get(trial) == b)
        .boxed()
        .toList();
  }

  private Effect mean(String factor, List<Integer> trials, int planned) {
    Effect row =
        Effect.of(Kind.LEVEL, factor)
            .with("n", trials.size())
            .with("dropped", planned - trials.size());
    if (trials.isEmpty()) {
      return row.with("seeds", 0).with("note", "no trial left");
    }
    double[] values = sample.of(trials);
    Interval interval = Interval.of(values);
    List<List<Integer>> seeds = bySeed(trials);
    boolean comparable = Design.coverTheSame(sample.model().design().factors(), seeds);
    Interval overSeeds =
        comparable
            ? Interval.of(
                seeds.stream().mapToDouble(own -> StatUtils.mean(sample.of(own))).toArray())
            : new Interval(Double.NaN, Double.NaN);
    return row.with("estimate", StatUtils.mean(values))
        .with("ci_low", interval.low())
        .with("ci_high", interval.high())
        .with("seeds", seeds.size())
        .with("seed_ci_low", overSeeds.low())
        .with("seed_ci_high", overSeeds.high())
        .with(
            "note",
            Sample.said(
                trials.size() == 1 ? "one trial: no interval" : "",
                comparable ? "" : "the seeds do not cover the same cells"));
  }

  private List<List<Integer>> bySeed(List<Integer> trials) {
    Factor replicate = sample.model().trials().replicate().at(trials);
    List<List<Integer>> seeds = new ArrayList<>();
    for (int seed = 0; seed < replicate.levels().size(); seed++) {
      List<Integer> own = Sample.at(replicate, seed).stream().map(trials::get).toList();
      if (!own.isEmpty()) {
        seeds.add(own);
      }
    }
    return seeds;
  }
}
