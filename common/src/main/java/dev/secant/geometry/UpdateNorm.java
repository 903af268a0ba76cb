package dev.secant.geometry;

/** |u|, the norm of the update that the optimizer made. */
final class UpdateNorm implements Quantity {
  @Override
  public String column() {
    return "update_norm";
  }

  @Override
  public double of(Products p) {
    return Math.sqrt(p.uu());
  }
}
