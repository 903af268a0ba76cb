package dev.secant.analysis;

import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.StatUtils;

/** The 95 % t interval of a mean. */
record Interval(double low, double high) {
  private static final double UPPER = 0.975;

  /** Of the quantile; the library's own default leaves nine digits. */
  private static final double ACCURACY = 1e-14;

  /** Of at least one value; of one alone it is not a number. */
  static Interval of(double[] values) {
    if (values.length < 2) {
      return new Interval(Double.NaN, Double.NaN);
    }
    double mean = StatUtils.mean(values);
    double half =
        new TDistribution(null, values.length - 1, ACCURACY).inverseCumulativeProbability(UPPER)
            * Math.sqrt(StatUtils.variance(values) / values.length);
    return new Interval(mean - half, mean + half);
  }
}
