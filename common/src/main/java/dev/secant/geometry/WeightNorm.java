package dev.secant.geometry;

/** |w|, the norm of the weights. */
final class WeightNorm implements Quantity {
  @Override
  public String column() {
    return "weight_norm";
  }

  @Override
  public double of(Products p) {
    return Math.sqrt(p.ww());
  }
}
