package dev.secant.job;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/**
 * The trials that are still to be done, the one that takes longest first, so that the short ones
 * fill the slots at the end. How long a trial takes is its cost times the seconds that its
 * architecture took for a unit of cost in the trials that have ended; the order follows what was
 * measured. It knows no clock: time is what its callers say, in nanoseconds.
 */
final class Agenda {
  /** Seconds a unit of cost, both passes, of a core that does 20 billion multiply-adds a second. */
  private static final double GUESS = 1e-10;

  private final IntSupplier slots;
  private final Map<String, SortedSet<PlannedTrial>> waiting = new LinkedHashMap<>();
  private final Map<String, Measured> measured = new HashMap<>();
  private final Map<PlannedTrial, Long> running = new HashMap<>();
  private final Measured all = new Measured();

  /** What the trials of one kind have cost, and what was left of them. */
  private static final class Measured {
    private double waitingCost;
    private double cost;
    private double seconds;
  }

  /**
   * @param slots how many trials can run at once, by now
   */
  Agenda(List<PlannedTrial> trials, IntSupplier slots) {
    this.slots = slots;
    for (PlannedTrial trial : trials) {
      waiting
          .computeIfAbsent(
              kind(trial),
              kind ->
                  new TreeSet<>(
                      Comparator.comparingDouble(PlannedTrial::cost)
                          .reversed()
                          .thenComparing(PlannedTrial::id)))
          .add(trial);
      measured.computeIfAbsent(kind(trial), kind -> new Measured()).waitingCost += trial.cost();
    }
  }

  private static String kind(PlannedTrial trial) {
    return trial.trial().architecture().type();
  }

  /** The trial to begin now, which then counts as running; empty where none waits. */
  Optional<PlannedTrial> next(long now) {
    return next(now, trial -> true);
  }

  /** The same among the trials that are wanted. */
  synchronized Optional<PlannedTrial> next(long now, Predicate<PlannedTrial> wanted) {
    Optional<PlannedTrial> longest =
        waiting.values().stream()
            .flatMap(trials -> trials.stream().filter(wanted).findFirst().stream())
            .max(Comparator.comparingDouble(this::seconds));
    longest.ifPresent(
        trial -> {
          waiting.get(kind(trial)).remove(trial);
          measured.get(kind(trial)).waitingCost -= trial.cost();
          running.put(trial, now);
        });
    return longest;
  }

  /**
   * Notes that a trial has ended.
   *
   * @param steps that it walked; 0 where nothing can be learnt from it
   * @param seconds of one slot that both passes took
   */
  synchronized void ended(PlannedTrial trial, long steps, double seconds) {
    running.remove(trial);
    if (steps > 0) {
      for (Measured one : List.of(measured.get(kind(trial)), all)) {
        one.cost += trial.costOfStep() * steps;
        one.seconds += seconds;
      }
    }
  }

  /** The seconds until all is done, as far as it can be known; empty before a trial has ended. */
  synchronized Optional<Double> secondsLeft(long now) {
    if (all.cost == 0) {
      return Optional.empty();
    }
    double longest = running.keySet().stream().mapToDouble(t -> left(t, now)).max().orElse(0);
    return Optional.of(Math.max(longest, work(now) / slots.getAsInt()));
  }

  /** How many slots will be free to help with the replay of a trial that runs. */
  synchronized int helping(PlannedTrial trial, long now) {
    // Its share of all that is left to do: one slot where the others fill theirs until it ends.
    double share = left(trial, now) / work(now);
    int all = slots.getAsInt();
    return share > 0 ? (int) Math.min(all, Math.ceil(all * share - 1e-9)) : 1;
  }

  /** The seconds of one slot that both passes of a trial are expected to take. */
  synchronized double seconds(PlannedTrial trial) {
    return rate(kind(trial)) * trial.cost();
  }

  private double rate(String kind) {
    Measured own = measured.get(kind);
    if (own.cost > 0) {
      return own.seconds / own.cost;
    }
    return all.cost > 0 ? all.seconds / all.cost : GUESS;
  }

  /** The seconds of one slot that a running trial still takes. */
  private double left(PlannedTrial trial, long now) {
    return Math.max(0, seconds(trial) - (now - running.get(trial)) * 1e-9);
  }

  /** The seconds of one slot that everything still takes. */
  private double work(long now) {
    double work = running.keySet().stream().mapToDouble(trial -> left(trial, now)).sum();
    for (Map.Entry<String, Measured> kind : measured.entrySet()) {
      work += rate(kind.getKey()) * kind.getValue().waitingCost;
    }
    return work;
  }
}
