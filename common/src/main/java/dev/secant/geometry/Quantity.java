package dev.secant.geometry;

/** One measured quantity: a column of {@code steps} as a function of the step's products. */
public interface Quantity {
  String column();

  /** Its value; NaN where it is not defined because a denominator is 0. */
  double of(Products products);

  /** A fraction that is not defined, NaN, where its denominator is 0. */
  static double ratio(double numerator, double denominator) {
    return denominator == 0 ? Double.NaN : numerator / denominator;
  }
}
