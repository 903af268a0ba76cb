package dev.secant.geometry;

/** rsi / eb = cos(g, w - w*), in [-1, 1]. */
final class Gamma implements Quantity {
  @Override
  public String column() {
    return "gamma";
  }

  @Override
  public double of(Products p) {
    return Quantity.ratio(p.gd(), Math.sqrt(p.gg()) * Math.sqrt(p.dd()));
  }
}
