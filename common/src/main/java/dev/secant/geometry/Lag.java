package dev.secant.geometry;

/**
 * What two steps s and t of a path have in common besides their direction to w*.
 *
 * @param cosine between g_s and g_t, each without its part along its own w - w*; NaN where nothing
 *     is left of one of them
 * @param movement |w_s - w_t|
 */
public record Lag(double cosine, double movement) {
  /**
   * With a = gd/dd, the part of g orthogonal to d is g - a d; products of such parts follow from
   * those of the whole.
   *
   * @param p {@code <gs,gs> <ds,ds> <gs,ds> <gt,gt> <dt,dt> <gt,dt> <gs,gt> <gs,dt> <ds,gt> <ds,dt>
   *     |ws-wt|^2}
   */
  static Lag of(double[] p) {
    double alongS = p[2] / p[1];
    double alongT = p[5] / p[4];
    double normS = p[0] - alongS * p[2];
    double normT = p[3] - alongT * p[5];
    double product = p[6] - alongT * p[7] - alongS * p[8] + alongS * alongT * p[9];
    double cosine = normS > 0 && normT > 0 ? product / Math.sqrt(normS * normT) : Double.NaN;
    return new Lag(cosine, Math.sqrt(p[10]));
  }
}
