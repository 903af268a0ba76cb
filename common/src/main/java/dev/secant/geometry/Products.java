package dev.secant.geometry;

/**
 * The inner products that every quantity at one step is made of. Symbols: w the weights, g the
 * minibatch gradient at w, d = w - w* for the reference point w*, u the update made.
 *
 * @param ww |w|^2
 * @param gg |g|^2
 * @param dd |d|^2
 * @param gd {@code <g, d>}
 * @param wg {@code <w, g>}
 * @param wd {@code <w, d>}
 * @param uu |u|^2
 * @param ud {@code <u, d>}
 */
public record Products(
    double ww, double gg, double dd, double gd, double wg, double wd, double uu, double ud) {

  /** The products where the gradient is g + lambda w, that of the loss with weight decay. */
  public Products withDecay(double lambda) {
    return new Products(
        ww,
        Math.max(0, gg + 2 * lambda * wg + lambda * lambda * ww),
        dd,
        gd + lambda * wd,
        wg + lambda * ww,
        wd,
        uu,
        ud);
  }
}
