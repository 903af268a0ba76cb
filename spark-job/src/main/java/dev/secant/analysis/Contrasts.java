package dev.secant.analysis;

import dev.secant.analysis.Effect.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.inference.TTest;

/**
 * What changing a factor from one level to another changes in a metric, over the pairs of trials
 * that are equal in all else, the seeds too.
 */
final class Contrasts {
  private final Sample sample;
  private final List<Effect> rows = new ArrayList<>();

  private Contrasts(Sample sample) {
    this.sample = sample;
  }

  static List<Effect> of(Sample sample) {
    Contrasts contrasts = new Contrasts(sample);
    sample.model().design().factors().forEach(contrasts::add);
    return contrasts.rows;
  }

  private void add(Factor factor) {
    List<String> together = sample.model().design().aliasesOf(factor);
    List<Factor> fixed = new ArrayList<>(sample.model().trials().factors());
    fixed.removeIf(other -> other.equals(factor) || together.contains(other.name()));
    fixed.add(sample.model().trials().replicate());
    String note =
        together.isEmpty()
            ? ""
            : "with " + String.join(" and ", together) + ", which changes together with it";
    for (int a = 0; a < factor.levels().size(); a++) {
      for (int b = a + 1; b < factor.levels().size(); b++) {
        rows.add(
            contrast(factor, a, b, fixed, note)
                .with("level", factor.levels().get(a))
                .with("other_level", factor.levels().get(b)));
      }
    }
  }

  private Effect contrast(Factor factor, int a, int b, List<Factor> fixed, String note) {
    Map<List<Integer>, Double> values = new LinkedHashMap<>();
    Sample.at(factor, a)
        .forEach(trial -> values.put(Design.cell(fixed, trial), sample.values()[trial]));
    List<Double> pairs = new ArrayList<>();
    double squares = 0;
    for (int trial : Sample.at(factor, b)) {
      Double partner = values.get(Design.cell(fixed, trial));
      if (partner != null) {
        double value = sample.values()[trial];
        pairs.add(value - partner);
        squares += value * value + partner * partner;
      }
    }
    double[] differences = pairs.stream().mapToDouble(difference -> difference).toArray();
    Factor planned = sample.planned(factor);
    Effect row =
        Effect.of(Kind.CONTRAST, factor.name())
            .with("n", differences.length)
            .with(
                "dropped",
                Sample.at(planned, a).size()
                    + Sample.at(planned, b).size()
                    - 2 * differences.length);
    if (differences.length == 0) {
      return row.with("note", Sample.said(note, "no two trials differ in this alone"));
    }
    row = row.with("estimate", StatUtils.mean(differences));
    if (differences.length == 1) {
      return row.with("note", Sample.said(note, "one pair: no test"));
    }
    if (Anova.isRounding(StatUtils.variance(differences) * (differences.length - 1), squares)) {
      return row.with("note", Sample.said(note, "all differences are equal: no test"));
    }
    return tested(row.with("note", note), differences);
  }

  private static Effect tested(Effect row, double[] differences) {
    Interval interval = Interval.of(differences);
    Ranks.Wilcoxon ranks = Ranks.wilcoxon(differences);
    Effect tested =
        row.with("ci_low", interval.low())
            .with("ci_high", interval.high())
            .with("df", differences.length - 1)
            .with("statistic", new TTest().t(0, differences))
            .with("p", new TTest().tTest(0, differences))
            .with("rank_statistic", ranks.w())
            .with("rank_p", ranks.p());
    OptionalDouble normality = ShapiroWilk.p(differences);
    return normality.isPresent() ? tested.judged(normality.getAsDouble(), "t", "wilcoxon") : tested;
  }
}
