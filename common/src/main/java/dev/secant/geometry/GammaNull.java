package dev.secant.geometry;

import dev.secant.table.StepRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What gamma would be on a random walk with the same update norms: |u_t| / sqrt(sum over s >= t of
 * |u_s|^2). The weights of a path are made of its updates, so each update has this cosine with what
 * is left of the path even where the updates know nothing of one another.
 *
 * <p>The sum runs backwards from the path's end, one step after another, so that it is the same to
 * the bit however the path was cut into segments.
 */
public final class GammaNull {
  private static final int UPDATE_NORM = StepRecord.indexOf("update_norm");
  private static final int GAMMA = StepRecord.indexOf("gamma");
  private static final int GAMMA_NULL = StepRecord.indexOf("gamma_null");
  private static final int GAMMA_EXCESS = StepRecord.indexOf("gamma_excess");

  private GammaNull() {}

  /**
   * The sum of squared update norms from the first of these steps to the path's end.
   *
   * @param tail the same sum from the step after the last of these
   */
  public static double sum(double[] updateNorms, double tail) {
    double sum = tail;
    for (int i = updateNorms.length - 1; i >= 0; i--) {
      sum += updateNorms[i] * updateNorms[i];
    }
    return sum;
  }

  /**
   * The same steps with {@code gamma_null} and {@code gamma_excess}.
   *
   * @param steps neighbours on the path, in order
   * @param tail the sum of squared update norms of all steps after these
   */
  public static List<StepRecord> fill(List<StepRecord> steps, double tail) {
    List<StepRecord> filled = new ArrayList<>();
    double sum = tail;
    for (int i = steps.size() - 1; i >= 0; i--) {
      StepRecord step = steps.get(i);
      double[] measures = step.measures().clone();
      double norm = measures[UPDATE_NORM];
      sum += norm * norm;
      measures[GAMMA_NULL] = Quantity.ratio(norm, Math.sqrt(sum));
      measures[GAMMA_EXCESS] = measures[GAMMA] - measures[GAMMA_NULL];
      filled.add(new StepRecord(step.reference(), step.step(), step.epoch(), measures));
    }
    Collections.reverse(filled);
    return filled;
  }
}
