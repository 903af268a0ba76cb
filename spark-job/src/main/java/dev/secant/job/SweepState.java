package dev.secant.job;

import dev.secant.table.TrialRecord.Status;
import dev.secant.training.Monitor.Pass;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.spark.SparkContext;

/**
 * How far a sweep is, as its driver knows it: what became of its trials, what its tasks have
 * counted, how long the rest will take. After the end, what it was then.
 */
final class SweepState implements AutoCloseable {
  private final SparkContext context;
  private final Agenda agenda;
  private final Counts counts;
  private final Heartbeats heartbeats = new Heartbeats();
  private final int planned;
  private final double work;
  private final long started = System.nanoTime();
  private final Map<Status, Integer> ended = new EnumMap<>(Status.class);
  private final Map<String, PlannedTrial> running = new LinkedHashMap<>();
  private long closed;

  /**
   * @param planned all trials of the sweep
   * @param settled the status of each that is not run again
   * @param left those that are to be run
   */
  SweepState(
      SparkContext context,
      int planned,
      Collection<Status> settled,
      List<PlannedTrial> left,
      Agenda agenda) {
    this.context = context;
    this.agenda = agenda;
    this.planned = planned;
    this.counts = new Counts(context);
    // Each path is walked twice.
    this.work = 2 * left.stream().mapToDouble(PlannedTrial::cost).sum();
    settled.forEach(status -> ended.merge(status, 1, Integer::sum));
    context.addSparkListener(heartbeats);
  }

  /** Where tasks count. */
  Counts counts() {
    return counts;
  }

  synchronized void began(PlannedTrial trial) {
    heartbeats.expect(trial.id());
    running.put(trial.id(), trial);
  }

  synchronized void ended(PlannedTrial trial, Status status) {
    running.remove(trial.id());
    heartbeats.forget(trial.id());
    ended.merge(status, 1, Integer::sum);
  }

  int planned() {
    return planned;
  }

  synchronized int running() {
    return running.size();
  }

  synchronized int ended(Status status) {
    return ended.getOrDefault(status, 0);
  }

  /** Trials that have ended, well or not. */
  synchronized int ended() {
    return ended.values().stream().mapToInt(Integer::intValue).sum();
  }

  synchronized int waiting() {
    return planned - running.size() - ended();
  }

  /** A sum over all tasks; those that run count as far as their executors have told. */
  synchronized long sum(Count count) {
    return closed == 0 ? heartbeats.sum(count) : counts.sums().get(count);
  }

  /** Since the run began. */
  synchronized double seconds() {
    return ((closed == 0 ? System.nanoTime() : closed) - started) * 1e-9;
  }

  /** Over the whole run. */
  double stepsPerSecond() {
    double seconds = seconds();
    return seconds > 0 ? sum(Count.STEPS) / seconds : 0;
  }

  /** The time that the rest will take; empty where nothing can be said yet. */
  synchronized OptionalDouble secondsLeft() {
    if (ended() == planned) {
      return OptionalDouble.of(0);
    }
    double counted =
        running.values().stream()
            .mapToDouble(trial -> trial.costOfStep() * heartbeats.sum(Count.STEPS, trial.id()))
            .sum();
    // Until a trial has ended, the steps that are counted say how fast it goes.
    double left =
        agenda
            .secondsLeft(System.nanoTime())
            .orElse(seconds() * (work - Math.min(work, counted)) / counted);
    return Double.isFinite(left) ? OptionalDouble.of(left) : OptionalDouble.empty();
  }

  /** The trials that run, in the order in which they began. */
  synchronized List<SweepProgress.Running> trials() {
    List<SweepProgress.Running> trials = new ArrayList<>();
    for (PlannedTrial trial : running.values()) {
      long replayed = heartbeats.sum(Count.REPLAYED, trial.id());
      Pass pass = replayed == 0 ? Pass.RECORD : Pass.REPLAY;
      long step = replayed == 0 ? heartbeats.sum(Count.RECORDED, trial.id()) : replayed;
      trials.add(
          new SweepProgress.Running(trial.id(), trial.name(), pass.text(), step, trial.steps()));
    }
    return trials;
  }

  /** To be called when no task runs any more. */
  @Override
  public synchronized void close() {
    closed = System.nanoTime();
    running.clear();
    if (!context.isStopped()) {
      context.removeSparkListener(heartbeats);
    }
  }
}
