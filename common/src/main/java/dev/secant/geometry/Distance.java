package dev.secant.geometry;

/** |w - w*|, how far the reference point is. */
final class Distance implements Quantity {
  @Override
  public String column() {
    return "distance";
  }

  @Override
  public double of(Products p) {
    return Math.sqrt(p.dd());
  }
}
