package dev.secant.job;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import scala.collection.Iterable;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What tasks have counted until now, those that run included: an executor tells it with each of its
 * heartbeats. The job group, which is the trial's id, says whose task it is.
 */
final class Heartbeats extends SparkListener {
  private static final String JOB_GROUP = "spark.jobGroup.id";
  private static final Map<String, Count> COUNTS =
      Arrays.stream(Count.values())
          .collect(Collectors.toMap(Count::accumulator, Function.identity()));

  private final Map<Integer, List<Integer>> stages = new HashMap<>();
  private final Map<Integer, String> trials = new HashMap<>();
  private final Map<Long, Running> running = new HashMap<>();
  private final Map<String, Map<Count, Long>> endedOf = new HashMap<>();
  private final Map<Count, Long> ended = new EnumMap<>(Count.class);

  /** A task and what it has counted. */
  private record Running(String trial, Map<Count, Long> counts) {}

  /** The sum over all trials. */
  synchronized long sum(Count count) {
    return ended.getOrDefault(count, 0L)
        + running.values().stream().mapToLong(task -> value(task.counts(), count)).sum();
  }

  /** The sum over the tasks of one trial, until it is forgotten. */
  synchronized long sum(Count count, String trial) {
    return value(endedOf.getOrDefault(trial, Map.of()), count)
        + running.values().stream()
            .filter(task -> task.trial().equals(trial))
            .mapToLong(task -> value(task.counts(), count))
            .sum();
  }

  /** To be called when a trial begins. */
  synchronized void expect(String trial) {
    endedOf.put(trial, new EnumMap<>(Count.class));
  }

  /** To be called when nobody asks for a trial any more. */
  synchronized void forget(String trial) {
    endedOf.remove(trial);
  }

  private static long value(Map<Count, Long> counts, Count count) {
    return counts.getOrDefault(count, 0L);
  }

  @Override
  public synchronized void onJobStart(SparkListenerJobStart start) {
    String trial = start.properties() == null ? null : start.properties().getProperty(JOB_GROUP);
    if (trial != null) {
      List<Integer> ids =
          CollectionConverters.asJava(start.stageIds()).stream()
              .map(id -> ((Number) (Object) id).intValue())
              .toList();
      stages.put(start.jobId(), ids);
      ids.forEach(id -> trials.put(id, trial));
    }
  }

  @Override
  public synchronized void onJobEnd(SparkListenerJobEnd end) {
    stages.getOrDefault(end.jobId(), List.of()).forEach(trials::remove);
    stages.remove(end.jobId());
  }

  @Override
  public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    for (var task : CollectionConverters.asJava(update.accumUpdates())) {
      long id = ((Number) (Object) task._1()).longValue();
      int stage = ((Number) (Object) task._2()).intValue();
      running.put(id, new Running(trials.getOrDefault(stage, ""), counts(task._4())));
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    running.remove(end.taskInfo().taskId());
    Map<Count, Long> counts = counts(end.taskInfo().accumulables());
    add(counts, ended);
    Map<Count, Long> ofTrial = endedOf.get(trials.getOrDefault(end.stageId(), ""));
    if (ofTrial != null) {
      add(counts, ofTrial);
    }
  }

  private static void add(Map<Count, Long> counts, Map<Count, Long> to) {
    counts.forEach((count, value) -> to.merge(count, value, Long::sum));
  }

  private static Map<Count, Long> counts(Iterable<AccumulableInfo> infos) {
    Map<Count, Long> counts = new EnumMap<>(Count.class);
    for (AccumulableInfo info : CollectionConverters.asJava(infos)) {
      Count count = info.name().isDefined() ? COUNTS.get(info.name().get()) : null;
      if (count != null
          && info.update().isDefined()
          && info.update().get() instanceof Number number) {
        counts.put(count, number.longValue());
      }
    }
    return counts;
  }
}
