package dev.secant.analysis;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Holm's correction for the number of tests (Scandinavian Journal of Statistics 6, 1979). */
final class Holm {
  private Holm() {}

  /**
   * @param p probabilities; NaN is no test, and stays
   */
  static double[] corrected(double[] p) {
    int[] order =
        IntStream.range(0, p.length)
            .filter(i -> !Double.isNaN(p[i]))
            .boxed()
            .sorted(Comparator.comparingDouble(i -> p[i]))
            .mapToInt(i -> i)
            .toArray();
    double[] corrected = p.clone();
    double largest = 0;
    for (int i = 0; i < order.length; i++) {
      largest = Math.max(largest, Math.min(1, (order.length - i) * p[order[i]]));
      corrected[order[i]] = largest;
    }
    return corrected;
  }
}
