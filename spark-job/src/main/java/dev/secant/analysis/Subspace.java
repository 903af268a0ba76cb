package dev.secant.analysis;

import java.util.ArrayList;
import java.util.List;

/**
 * The span of vectors, as an orthonormal basis built by Gram and Schmidt's method, each vector
 * twice: "twice is enough" (Giraud, Langou, Rozloznik 2005). What a vector adds to those before it
 * is its own basis vector, so that a sum of squares is a sum and never a difference.
 */
final class Subspace {
  /** A vector this close to the span, relative to its length, lies in it. */
  private static final double TOLERANCE = 1e-8;

  private final List<double[]> basis = new ArrayList<>();

  int dimension() {
    return basis.size();
  }

  void add(double[] vector) {
    double[] rest = rest(rest(vector));
    double norm = Math.sqrt(dot(rest, rest));
    if (norm > TOLERANCE * Math.sqrt(dot(vector, vector))) {
      for (int i = 0; i < rest.length; i++) {
        rest[i] /= norm;
      }
      basis.add(rest);
    }
  }

  /** What of a vector is orthogonal to the span. */
  double[] rest(double[] vector) {
    double[] rest = vector.clone();
    for (double[] direction : basis) {
      double along = dot(direction, rest);
      for (int i = 0; i < rest.length; i++) {
        rest[i] -= along * direction[i];
      }
    }
    return rest;
  }

  /** The squared length of a vector's projection on the basis vectors from this one on. */
  double squares(double[] vector, int from) {
    double sum = 0;
    for (double[] direction : basis.subList(from, basis.size())) {
      double along = dot(direction, vector);
      sum += along * along;
    }
    return sum;
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
