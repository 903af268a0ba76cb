package dev.secant.analysis;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/**
 * Runs over a series with a window that is the same on both sides, so narrower near the ends: a
 * straight line stays as it is.
 */
final class Smoothing {
  private Smoothing() {}

  /** The median of each value and its neighbours. */
  static double[] medians(double[] series, int neighbours) {
    return over(series, neighbours, Smoothing::median);
  }

  /** The mean of each value and its neighbours. */
  static double[] means(double[] series, int neighbours) {
    return over(series, neighbours, window -> Arrays.stream(window).average().orElseThrow());
  }

  private static double[] over(
      double[] series, int neighbours, ToDoubleFunction<double[]> statistic) {
    double[] result = new double[series.length];
    for (int i = 0; i < series.length; i++) {
      int reach = Math.min(neighbours, Math.min(i, series.length - 1 - i));
      result[i] = statistic.applyAsDouble(Arrays.copyOfRange(series, i - reach, i + reach + 1));
    }
    return result;
  }

  /** The window's size is odd. */
  private static double median(double[] window) {
    Arrays.sort(window);
    return window[window.length / 2];
  }
}
