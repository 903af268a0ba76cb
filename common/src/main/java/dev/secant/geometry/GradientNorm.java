package dev.secant.geometry;

/** |g|, the norm of the raw minibatch gradient. */
final class GradientNorm implements Quantity {
  @Override
  public String column() {
    return "gradient_norm";
  }

  @Override
  public double of(Products p) {
    return Math.sqrt(p.gg());
  }
}
