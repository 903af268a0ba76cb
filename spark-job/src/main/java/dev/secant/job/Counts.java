package dev.secant.job;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/** The sums over a sweep's tasks; travels with each task, which adds to them. */
final class Counts implements Serializable {
  private static final long serialVersionUID = 1L;

  private final EnumMap<Count, LongAccumulator> sums = new EnumMap<>(Count.class);

  /** All at zero. */
  Counts(SparkContext context) {
    for (Count count : Count.values()) {
      sums.put(count, context.longAccumulator(count.accumulator()));
    }
  }

  /** To be called in a task. */
  void add(Count count, long amount) {
    sums.get(count).add(amount);
  }

  /** Of the tasks that have ended; known to the driver. */
  Map<Count, Long> sums() {
    Map<Count, Long> now = new EnumMap<>(Count.class);
    sums.forEach((count, sum) -> now.put(count, sum.sum()));
    return now;
  }
}
