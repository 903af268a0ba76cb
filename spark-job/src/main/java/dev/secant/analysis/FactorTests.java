package dev.secant.analysis;

import dev.secant.analysis.Effect.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Whether a factor, or two together, matter to a metric: analysis of variance, and by ranks. */
final class FactorTests {
  private final Sample sample;
  private final Design design;
  private final Anova anova;
  private final boolean equal;
  private final OptionalDouble normality;
  private final String common;

  private FactorTests(Sample sample) {
    this.sample = sample;
    this.design = sample.model().design();
    this.anova = sample.model().anova();
    this.equal = Anova.areEqual(sample.values());
    boolean exact = anova.explainsAll(sample.values());
    this.normality =
        exact ? OptionalDouble.empty() : ShapiroWilk.p(anova.residuals(sample.values()));
    this.common =
        Sample.said(
            equal ? "all values are equal" : "",
            exact && !equal ? "no residual: no test" : "",
            !anova.hasInteractions() && design.factors().size() > 1
                ? "too few replicates: interactions are part of the residual"
                : "",
            design.imbalance(),
            sample.dropped());
  }

  static List<Effect> of(Sample sample) {
    FactorTests tests = new FactorTests(sample);
    List<Effect> rows = new ArrayList<>();
    tests.anova.tests(sample.values()).forEach(test -> rows.add(tests.variance(test)));
    tests
        .design
        .aliases()
        .forEach((alias, factor) -> rows.add(tests.aliased(alias, factor.name())));
    tests.design.factors().forEach(factor -> rows.add(tests.ranks(factor)));
    return rows;
  }

  private Effect variance(Anova.Test test) {
    List<Factor> of = test.term().factors().stream().map(design.factors()::get).toList();
    Effect row =
        start(of.size() == 1 ? Kind.MAIN : Kind.INTERACTION, of.get(0).name())
            .with("sum_of_squares", test.df() > 0 ? test.squares() : Double.NaN)
            .with("df", test.df())
            .with("df_error", anova.residualDf())
            .with("statistic", test.f())
            .with("p", test.p())
            .with("eta_squared", test.etaSquared())
            .with("partial_eta_squared", test.partialEtaSquared())
            .with("note", Sample.said(together(of), confounding(test, of), common));
    return judged(of.size() == 1 ? row : row.with("other_factor", of.get(1).name()));
  }

  private Effect aliased(String alias, String factor) {
    return start(Kind.MAIN, alias)
        .with(
            "note", Sample.said("aliased with " + factor + ": the row of that is of both", common));
  }

  private Effect ranks(Factor factor) {
    Effect row =
        judged(start(Kind.RANK, factor.name()))
            .with(
                "note",
                Sample.said(
                    together(List.of(factor)),
                    "by itself: other factors are not held fixed",
                    common));
    if (equal) {
      return row;
    }
    List<double[]> groups = new ArrayList<>();
    for (int level = 0; level < factor.levels().size(); level++) {
      double[] group = sample.of(Sample.at(factor, level));
      if (group.length > 0) {
        groups.add(group);
      }
    }
    Ranks.KruskalWallis test = Ranks.kruskalWallis(groups);
    return row.with("statistic", test.h())
        .with("df", test.df())
        .with("p", test.p())
        .with("eta_squared", test.etaSquared());
  }

  private Effect start(Kind kind, String factor) {
    return Effect.of(kind, factor).with("n", sample.size()).with("dropped", sample.droppedCount());
  }

  private Effect judged(Effect row) {
    return normality.isPresent() ? row.judged(normality.getAsDouble(), "anova", "rank") : row;
  }

  private String together(List<Factor> factors) {
    String aliases =
        factors.stream()
            .flatMap(factor -> design.aliasesOf(factor).stream())
            .collect(Collectors.joining(" and "));
    return aliases.isEmpty() ? "" : "with " + aliases + ", which changes together with it";
  }

  private String confounding(Anova.Test test, List<Factor> of) {
    int nominal = anova.nominalDf(test.term());
    if (test.df() == nominal) {
      return "";
    }
    if (test.df() > 0) {
      return test.df() + " of " + nominal + " degrees of freedom: the rest is confounded";
    }
    return of.size() == 1
        ? design.confounding(of.get(0))
        : "cannot be told from the factors by themselves";
  }
}
