package dev.secant.optimizer;

import java.util.SortedMap;

/** How the learning rate changes along the path: a factor on the optimizer's own rate. */
public interface Schedule {
  String type();

  SortedMap<String, Object> settings();

  /**
   * The factor at a step.
   *
   * @param step from 0
   * @param stepsPerEpoch at least 1
   * @param steps in the whole run, at least 1
   */
  double factor(long step, long stepsPerEpoch, long steps);
}
