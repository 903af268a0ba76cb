package dev.secant.geometry;

import dev.secant.table.StepRecord;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What gamma would be on a random walk with the same update norms.
 *
 * <p>The points of a path are made of its updates u_s, and so is a reference point that is taken
 * from the path: w* = w_0 + sum of c_s u_s, see {@link Share}. Then w_t - w* = sum over s of ([s <
 * t] - c_s) u_s, and where the updates know nothing of one another the cosine between -u_t and it
 * is
 *
 * <pre>c_t |u_t| / sqrt(sum over s < t of (1 - c_s)^2 |u_s|^2 + sum over s >= t of c_s^2 |u_s|^2)
 * </pre>
 *
 * For the final iterate, c_s = 1, this is |u_t| / sqrt(sum over s >= t of |u_s|^2). A point that is
 * not made of the path's updates has c_s = 0 and the null 0.
 *
 * <p>Sums run from the path's ends, one step after another, so that they are the same to the bit
 * however the path was cut into segments.
 */
public final class GammaNull {
  private static final int UPDATE_NORM = StepRecord.indexOf("update_norm");
  private static final int GAMMA = StepRecord.indexOf("gamma");
  private static final int GAMMA_NULL = StepRecord.indexOf("gamma_null");
  private static final int GAMMA_EXCESS = StepRecord.indexOf("gamma_excess");

  private GammaNull() {}

  /**
   * How much of each update is in a reference point: all of it up to step {@code end - ramp}, none
   * of it from {@code end} on, and a part that falls evenly in between.
   *
   * @param end the step of the point itself, or of the last of the points it is the mean of
   * @param ramp how many points it is the mean of, at least 1
   */
  public record Share(long end, long ramp) implements Serializable {
    /** A point that the path's updates do not lead to. */
    public static final Share NONE = new Share(0, 1);

    /** c_s, in [0, 1]. */
    public double at(long step) {
      return Math.max(0, Math.min(1, (double) (end - step) / ramp));
    }
  }

  /**
   * The sum of (1 - c_s)^2 |u_s|^2 up to the last of these steps.
   *
   * @param first the step of the first norm
   * @param head the same sum up to the step before
   */
  public static double head(Share share, long first, double[] updateNorms, double head) {
    double sum = head;
    for (int i = 0; i < updateNorms.length; i++) {
      sum += square((1 - share.at(first + i)) * updateNorms[i]);
    }
    return sum;
  }

  /**
   * The sum of c_s^2 |u_s|^2 from the first of these steps to the path's end.
   *
   * @param first the step of the first norm
   * @param tail the same sum from the step after the last of these
   */
  public static double tail(Share share, long first, double[] updateNorms, double tail) {
    double sum = tail;
    for (int i = updateNorms.length - 1; i >= 0; i--) {
      sum += square(share.at(first + i) * updateNorms[i]);
    }
    return sum;
  }

  /**
   * The same steps with {@code gamma_null} and {@code gamma_excess}.
   *
   * @param steps neighbours on the path, in order, of one reference
   * @param head the sum of (1 - c_s)^2 |u_s|^2 over all steps before these
   * @param tail the sum of c_s^2 |u_s|^2 over all steps after these
   */
  public static List<StepRecord> fill(
      List<StepRecord> steps, Share share, double head, double tail) {
    double[] before = new double[steps.size()];
    double sum = head;
    for (int i = 0; i < before.length; i++) {
      before[i] = sum;
      sum += square((1 - share.at(steps.get(i).step())) * steps.get(i).measures()[UPDATE_NORM]);
    }
    List<StepRecord> filled = new ArrayList<>();
    double after = tail;
    for (int i = steps.size() - 1; i >= 0; i--) {
      StepRecord step = steps.get(i);
      double[] measures = step.measures().clone();
      double part = share.at(step.step()) * measures[UPDATE_NORM];
      after += square(part);
      measures[GAMMA_NULL] = part == 0 ? 0 : part / Math.sqrt(before[i] + after);
      measures[GAMMA_EXCESS] = measures[GAMMA] - measures[GAMMA_NULL];
      filled.add(new StepRecord(step.reference(), step.step(), step.epoch(), measures));
    }
    Collections.reverse(filled);
    return filled;
  }

  private static double square(double x) {
    return x * x;
  }
}
