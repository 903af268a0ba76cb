package dev.secant.geometry;

/** |g| / |w - w*|: the error bound holds with L where eb <= L. */
final class ErrorBound implements Quantity {
  @Override
  public String column() {
    return "eb";
  }

  @Override
  public double of(Products p) {
    return Quantity.ratio(Math.sqrt(p.gg()), Math.sqrt(p.dd()));
  }
}
