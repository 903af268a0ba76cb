package dev.secant.geometry;

/** &lt;g, w - w*>. */
final class InnerProduct implements Quantity {
  @Override
  public String column() {
    return "inner_product";
  }

  @Override
  public double of(Products p) {
    return p.gd();
  }
}
