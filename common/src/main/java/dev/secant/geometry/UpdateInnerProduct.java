package dev.secant.geometry;

/** &lt;u, w - w*>. */
final class UpdateInnerProduct implements Quantity {
  @Override
  public String column() {
    return "update_inner_product";
  }

  @Override
  public double of(Products p) {
    return p.ud();
  }
}
