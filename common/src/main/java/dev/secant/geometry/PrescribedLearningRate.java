package dev.secant.geometry;

/** rsi / eb^2 = &lt;g, w - w*> / |g|^2: the plain gradient step that ends closest to w*. */
final class PrescribedLearningRate implements Quantity {
  @Override
  public String column() {
    return "prescribed_lr";
  }

  @Override
  public double of(Products p) {
    return p.dd() == 0 ? Double.NaN : Quantity.ratio(p.gd(), p.gg());
  }
}
