package dev.secant.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The tests of the analysis against published examples, with R's numbers to all their digits. */
class StatisticsTest {
  /** Hollander and Wolfe (1973), p. 116; the example of R's kruskal.test. */
  @Test
  void kruskalWallisOfMucociliaryEfficiency() {
    Ranks.KruskalWallis test =
        Ranks.kruskalWallis(
            List.of(
                new double[] {2.9, 3.0, 2.5, 2.6, 3.2},
                new double[] {3.8, 2.7, 4.0, 2.4},
                new double[] {2.8, 3.4, 3.7, 2.2, 2.0}));

    assertThat(test.h()).isCloseTo(0.7714285714285722, within(1e-13));
    assertThat(test.df()).isEqualTo(2);
    assertThat(test.p()).isCloseTo(0.6799647735788936, within(1e-13));
  }

  /** scipy.stats.kruskal, which corrects for ties. */
  @Test
  void kruskalWallisWithTies() {
    Ranks.KruskalWallis test =
        Ranks.kruskalWallis(List.of(new double[] {1, 1, 2, 3}, new double[] {2, 3, 3, 4, 4}));

    assertThat(test.h()).isCloseTo(3.584070796460177, within(1e-12));
    assertThat(test.p()).isCloseTo(0.05833603285322745, within(1e-12));
  }

  /** Hollander and Wolfe (1973), p. 29; the example of R's wilcox.test: 0.01953 one-sided. */
  @Test
  void wilcoxonOfDepressionScales() {
    double[] before = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    double[] after = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    double[] differences =
        IntStream.range(0, before.length).mapToDouble(i -> after[i] - before[i]).toArray();

    Ranks.Wilcoxon test = Ranks.wilcoxon(differences);

    assertThat(test.w()).isEqualTo(5);
    assertThat(test.p()).isEqualTo(0.0390625);
  }

  /** Every choice of signs, counted by hand: |d| = 1, 1, 2 has ranks 1.5, 1.5, 3. */
  @Test
  void wilcoxonWithTiesCountsEveryChoiceOfSigns() {
    Ranks.Wilcoxon test = Ranks.wilcoxon(new double[] {1, -1, 2, 0});

    // Sums of positive ranks: 0, 1.5, 1.5, 3, 3, 4.5, 4.5, 6; three of eight are at most 1.5.
    assertThat(test.w()).isEqualTo(1.5);
    assertThat(test.p()).isEqualTo(0.75);
  }

  /** scipy.stats.wilcoxon(method="approx"). */
  @Test
  void wilcoxonOfManyPairsIsApproximate() {
    double[] differences = IntStream.range(0, 60).mapToDouble(i -> (i * 37) % 61 - 24).toArray();

    Ranks.Wilcoxon test = Ranks.wilcoxon(differences);

    assertThat(test.w()).isEqualTo(588.0);
    assertThat(test.p()).isCloseTo(0.01606480657445704, within(1e-12));
  }

  /** Residuals of R's warpbreaks: W = 0.98686, p-value = 0.8162. */
  @Test
  void shapiroWilkOfWarpbreaks() {
    Anova anova = new Anova(List.of(Warpbreaks.WOOL, Warpbreaks.TENSION), 54);

    double[] residuals = anova.residuals(Warpbreaks.BREAKS);

    assertThat(ShapiroWilk.w(residuals)).isCloseTo(0.9868607600465971, within(1e-9));
    assertThat(ShapiroWilk.p(residuals)).hasValueCloseTo(0.816192894057088, within(1e-7));
  }

  /** scipy.stats.shapiro of the first n cubes. */
  @Test
  void shapiroWilkOfFewValues() {
    double[] expected = {
      0.5026379305885935,
      0.44649397668685836,
      0.33613580774409624,
      0.24493765302963355,
      0.17354098528413098,
      0.12233195622535964,
      0.08732909454740796,
      0.062482899544544265,
      0.042316742926284255,
      0.03397711004287659,
      0.024716075465402353,
      0.018117187408688448,
      0.013374819351195544
    };
    for (int n = 3; n < 3 + expected.length; n++) {
      double[] cubes = IntStream.rangeClosed(1, n).mapToDouble(i -> i * i * i).toArray();

      assertThat(ShapiroWilk.p(cubes)).hasValueCloseTo(expected[n - 3], within(1e-6));
    }
    assertThat(ShapiroWilk.p(new double[] {1, 2})).isEmpty();
  }

  /** R's p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm"). */
  @Test
  void holm() {
    double[] corrected = Holm.corrected(new double[] {0.01, 0.04, Double.NaN, 0.03, 0.005});

    assertThat(corrected)
        .containsExactly(new double[] {0.03, 0.06, Double.NaN, 0.06, 0.02}, within(1e-15));
  }

  /** anova(lm(breaks ~ wool * tension, warpbreaks)) in R; statsmodels' anova_lm(typ=2). */
  @Test
  void balancedTwoWayOfWarpbreaks() {
    Anova anova = new Anova(List.of(Warpbreaks.WOOL, Warpbreaks.TENSION), 54);

    List<Anova.Test> tests = anova.tests(Warpbreaks.BREAKS);

    assertThat(anova.residualDf()).isEqualTo(48);
    isTest(tests.get(0), 1, 450.66666666666674, 3.7652883611186296, 0.0582129759595599);
    isTest(tests.get(1), 2, 2034.259259259259, 8.49804664835803, 0.0006926209367134372);
    isTest(tests.get(2), 2, 1002.7777777777778, 4.189068966851039, 0.021044190727863114);
    double all = 450.66666666666674 + 2034.259259259259 + 1002.7777777777778 + 5745.111111111111;
    assertThat(tests.get(0).etaSquared()).isCloseTo(450.66666666666674 / all, within(1e-13));
    assertThat(tests.get(0).partialEtaSquared())
        .isCloseTo(450.66666666666674 / (450.66666666666674 + 5745.111111111111), within(1e-13));
  }

  /** The same without eight of its rows: statsmodels' anova_lm(typ=2). */
  @Test
  void unbalancedTwoWayOfWarpbreaks() {
    List<Integer> left =
        IntStream.range(0, 54).filter(i -> !Warpbreaks.LEFT_OUT.contains(i)).boxed().toList();
    Anova anova =
        new Anova(List.of(Warpbreaks.WOOL.at(left), Warpbreaks.TENSION.at(left)), left.size());

    List<Anova.Test> tests =
        anova.tests(left.stream().mapToDouble(i -> Warpbreaks.BREAKS[i]).toArray());

    assertThat(anova.residualDf()).isEqualTo(40);
    isTest(tests.get(0), 1, 862.9981548093547, 8.378537320834, 0.006121815186643675);
    isTest(tests.get(1), 2, 2371.312790663696, 11.511109615486884, 0.00011254494262582267);
    isTest(tests.get(2), 2, 1380.6034791775724, 6.701890213263507, 0.003088586682486933);
  }

  /** P(F > 2000) with 2 and 30 degrees of freedom is (1 + 2 * 2000 / 30)^-15, a closed form. */
  @Test
  void probabilitiesFarBelowTheRoundingOfOne() {
    double[] values =
        DoubleStream.concat(
                IntStream.range(0, 22).mapToDouble(i -> i % 2),
                IntStream.range(0, 11).mapToDouble(i -> 100 + i % 2))
            .toArray();
    Factor factor =
        new Factor(
            "f", List.of("a", "b", "c"), IntStream.range(0, 33).map(i -> i / 11).boxed().toList());

    Anova.Test test = new Anova(List.of(factor), 33).tests(values).get(0);

    assertThat(test.p())
        .isLessThan(1e-59)
        .isCloseTo(Math.pow(1 + 2 * test.f() / 30, -15), within(1e-12 * test.p()));
  }

  @Test
  void aFactorThatAnotherDeterminesHasNoDegreeOfFreedom() {
    Factor dataset = new Factor("dataset", List.of("a", "b"), List.of(0, 0, 0, 0, 1, 1));
    Factor architecture =
        new Factor("architecture", List.of("x", "y", "z"), List.of(0, 0, 1, 1, 2, 2));

    List<Anova.Test> tests =
        new Anova(List.of(dataset, architecture), 6).tests(new double[] {1, 2, 3, 5, 8, 13});

    assertThat(tests).extracting(Anova.Test::df).containsExactly(0, 1, 0);
    // Between x and y alone: means 1.5 and 4, two trials each.
    assertThat(tests.get(1).squares()).isCloseTo(6.25, within(1e-12));
    assertThat(tests.get(0).p()).isNaN();
  }

  private static void isTest(Anova.Test test, int df, double squares, double f, double p) {
    assertThat(test.df()).isEqualTo(df);
    assertThat(test.squares()).isCloseTo(squares, within(1e-11 * squares));
    assertThat(test.f()).isCloseTo(f, within(1e-11 * f));
    assertThat(test.p()).isCloseTo(p, within(1e-9 * p));
  }
}
