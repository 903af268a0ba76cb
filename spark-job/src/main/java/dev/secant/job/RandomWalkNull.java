package dev.secant.job;

import dev.secant.table.StepRecord;
import dev.secant.training.ReplayedSegment;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code gamma_null}, the gamma of a random walk: at step t {@code |u_t| / sqrt(sum over s >= t of
 * |u_s|^2)}. The sum runs from the path's end to its start in one order whatever the segments are,
 * so the values do not depend on how many there were.
 */
final class RandomWalkNull {
  private static final int UPDATE_NORM = StepRecord.indexOf("update_norm");
  private static final int GAMMA = StepRecord.indexOf("gamma");
  private static final int GAMMA_NULL = StepRecord.indexOf("gamma_null");
  private static final int GAMMA_EXCESS = StepRecord.indexOf("gamma_excess");

  private RandomWalkNull() {}

  /** The update norms of a segment, step by step. */
  static double[] updateNorms(ReplayedSegment segment) {
    return segment.steps().stream().mapToDouble(step -> step.measures()[UPDATE_NORM]).toArray();
  }

  /**
   * For each segment the sum of squared update norms after its end.
   *
   * @param norms for each segment, in order, its update norms
   */
  static double[] tails(List<double[]> norms) {
    double[] tails = new double[norms.size()];
    double sum = 0;
    for (int i = norms.size() - 1; i >= 0; i--) {
      tails[i] = sum;
      double[] segment = norms.get(i);
      for (int t = segment.length - 1; t >= 0; t--) {
        sum += square(segment[t]);
      }
    }
    return tails;
  }

  /** The segment's steps with {@code gamma_null} and {@code gamma_excess} filled in. */
  static List<StepRecord> fill(ReplayedSegment segment, double tail) {
    List<StepRecord> filled = new ArrayList<>(segment.steps());
    double sum = tail;
    for (int i = filled.size() - 1; i >= 0; i--) {
      StepRecord step = filled.get(i);
      double[] measures = step.measures().clone();
      sum += square(measures[UPDATE_NORM]);
      // 0 / 0 where the path stood still to its end: not defined, so null.
      measures[GAMMA_NULL] = measures[UPDATE_NORM] / Math.sqrt(sum);
      measures[GAMMA_EXCESS] = measures[GAMMA] - measures[GAMMA_NULL];
      filled.set(i, new StepRecord(step.reference(), step.step(), step.epoch(), measures));
    }
    return filled;
  }

  private static double square(double norm) {
    return norm * norm;
  }
}
