package dev.secant.analysis;

import java.util.Arrays;
import java.util.Collection;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.special.Gamma;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.ranking.NaNStrategy;
import org.apache.commons.math3.stat.ranking.NaturalRanking;
import org.apache.commons.math3.stat.ranking.TiesStrategy;

/** Tests that look at the order of values alone; equal values share their mean rank. */
final class Ranks {
  /** Up to as many pairs the distribution of the signed ranks is counted out. */
  private static final int COUNTED_OUT = 50;

  private static final NaturalRanking RANKING =
      new NaturalRanking(NaNStrategy.FAILED, TiesStrategy.AVERAGE);

  private Ranks() {}

  /**
   * @param etaSquared share of the ranks' squares that lies between the groups
   */
  record KruskalWallis(double h, int df, double p, double etaSquared) {}

  /**
   * Kruskal and Wallis's test, corrected for ties: H = (n - 1) times the share of the ranks'
   * squares between the groups.
   *
   * @param groups at least two, at least one value each; not all values equal
   */
  static KruskalWallis kruskalWallis(Collection<double[]> groups) {
    double[] ranks = RANKING.rank(groups.stream().flatMapToDouble(Arrays::stream).toArray());
    double mean = StatUtils.mean(ranks);
    double between = 0;
    int start = 0;
    for (double[] group : groups) {
      double off = StatUtils.mean(ranks, start, group.length) - mean;
      between += group.length * off * off;
      start += group.length;
    }
    double share = between / (StatUtils.populationVariance(ranks) * ranks.length);
    double h = (ranks.length - 1) * share;
    int df = groups.size() - 1;
    return new KruskalWallis(h, df, Gamma.regularizedGammaQ(df / 2.0, h / 2), share);
  }

  /**
   * @param w the smaller of the sums of positive and of negative ranks
   */
  record Wilcoxon(double w, double p) {}

  /**
   * Wilcoxon's signed-rank test, two-sided, without the differences that are 0: over all choices of
   * signs for up to 50 of them, with the normal approximation (corrected for ties) for more.
   *
   * @param differences at least one that is not 0
   */
  static Wilcoxon wilcoxon(double[] differences) {
    double[] given = Arrays.stream(differences).filter(difference -> difference != 0).toArray();
    double[] ranks = RANKING.rank(Arrays.stream(given).map(Math::abs).toArray());
    double positive = 0;
    for (int i = 0; i < given.length; i++) {
      positive += given[i] > 0 ? ranks[i] : 0;
    }
    double w = Math.min(positive, StatUtils.sum(ranks) - positive);
    double p = given.length <= COUNTED_OUT ? countedOut(ranks, w) : approximate(ranks, w);
    return new Wilcoxon(w, Math.min(1, p));
  }

  private static double countedOut(double[] ranks, double w) {
    // Twice a rank is whole, also where it is shared.
    int[] doubled = Arrays.stream(ranks).mapToInt(rank -> (int) Math.round(2 * rank)).toArray();
    double[] ways = new double[Arrays.stream(doubled).sum() + 1];
    ways[0] = 1;
    for (int rank : doubled) {
      for (int sum = ways.length - 1; sum >= rank; sum--) {
        ways[sum] += ways[sum - rank];
      }
    }
    double atMost = StatUtils.sum(ways, 0, (int) Math.round(2 * w) + 1);
    return 2 * atMost / Math.pow(2, ranks.length);
  }

  private static double approximate(double[] ranks, double w) {
    double mean = StatUtils.sum(ranks) / 2;
    double deviation = Math.sqrt(StatUtils.sumSq(ranks)) / 2;
    return 2 * new NormalDistribution(null, 0, 1).cumulativeProbability((w - mean) / deviation);
  }
}
