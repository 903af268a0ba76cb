package dev.secant.analysis;

import java.util.Arrays;
import java.util.OptionalDouble;
import org.apache.commons.math3.analysis.polynomials.PolynomialFunction;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.stat.StatUtils;

/**
 * Shapiro and Wilk's test of normality by Royston's algorithm AS R94 (Applied Statistics, 1995).
 */
final class ShapiroWilk {
  private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1);
  private static final PolynomialFunction LAST =
      polynomial(0, 0.221157, -0.147981, -2.071190, 4.434685, -2.706056);
  private static final PolynomialFunction LAST_BUT_ONE =
      polynomial(0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633);
  private static final PolynomialFunction FEW_MEAN =
      polynomial(0.5440, -0.39978, 0.025054, -6.714e-4);
  private static final PolynomialFunction FEW_DEVIATION =
      polynomial(1.3822, -0.77857, 0.062767, -0.0020322);
  private static final PolynomialFunction MANY_MEAN =
      polynomial(-1.5861, -0.31082, -0.083751, 0.0038915);
  private static final PolynomialFunction MANY_DEVIATION =
      polynomial(-0.4803, -0.082676, 0.0030302);

  private ShapiroWilk() {}

  /** The probability of a W as small from a normal sample; empty for fewer than three values. */
  static OptionalDouble p(double[] values) {
    int n = values.length;
    if (n < 3) {
      return OptionalDouble.empty();
    }
    // No more than 1, whatever the rounding.
    double w = Math.min(1, w(values));
    if (n == 3) {
      double p = 6 / Math.PI * (Math.asin(Math.sqrt(w)) - Math.asin(Math.sqrt(0.75)));
      return OptionalDouble.of(Math.max(0, p));
    }
    double y = Math.log(1 - w);
    double mean;
    double deviation;
    if (n <= 11) {
      double gamma = 0.459 * n - 2.273;
      if (y >= gamma) {
        return OptionalDouble.of(0);
      }
      y = -Math.log(gamma - y);
      mean = FEW_MEAN.value(n);
      deviation = Math.exp(FEW_DEVIATION.value(n));
    } else {
      mean = MANY_MEAN.value(Math.log(n));
      deviation = Math.exp(MANY_DEVIATION.value(Math.log(n)));
    }
    return OptionalDouble.of(NORMAL.cumulativeProbability((mean - y) / deviation));
  }

  /** The squared correlation of the sorted values with what a normal sample is expected to be. */
  static double w(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double[] weights = weights(sorted.length);
    double mean = StatUtils.mean(sorted);
    double along = 0;
    double squares = 0;
    for (int i = 0; i < sorted.length; i++) {
      along += weights[i] * (sorted[i] - mean);
      squares += (sorted[i] - mean) * (sorted[i] - mean);
    }
    return along * along / squares;
  }

  private static double[] weights(int n) {
    if (n == 3) {
      return new double[] {-Math.sqrt(0.5), 0, Math.sqrt(0.5)};
    }
    double[] expected = new double[n];
    for (int i = 0; i < n; i++) {
      expected[i] = NORMAL.inverseCumulativeProbability((i + 1 - 0.375) / (n + 0.25));
    }
    double squares = StatUtils.sumSq(expected);
    double root = 1 / Math.sqrt(n);
    double last = expected[n - 1] / Math.sqrt(squares) + LAST.value(root);
    double[] weights = new double[n];
    weights[n - 1] = last;
    weights[0] = -last;
    int fixed = 1;
    double rest = squares - 2 * expected[n - 1] * expected[n - 1];
    double left = 1 - 2 * last * last;
    if (n > 5) {
      double next = expected[n - 2] / Math.sqrt(squares) + LAST_BUT_ONE.value(root);
      weights[n - 2] = next;
      weights[1] = -next;
      fixed = 2;
      rest -= 2 * expected[n - 2] * expected[n - 2];
      left -= 2 * next * next;
    }
    double scale = Math.sqrt(rest / left);
    for (int i = fixed; i < n - fixed; i++) {
      weights[i] = expected[i] / scale;
    }
    return weights;
  }

  private static PolynomialFunction polynomial(double... coefficients) {
    return new PolynomialFunction(coefficients);
  }
}
