package dev.secant.geometry;

/** &lt;g, w - w*> / |w - w*|^2: the restricted secant inequality holds with mu where rsi >= mu. */
final class Rsi implements Quantity {
  @Override
  public String column() {
    return "rsi";
  }

  @Override
  public double of(Products p) {
    return Quantity.ratio(p.gd(), p.dd());
  }
}
