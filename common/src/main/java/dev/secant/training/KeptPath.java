package dev.secant.training;

import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * A path kept in memory while it is walked, so that observers can look at it once its end is known:
 * the weights before and after every step, the gradients, the buffers. Observers see the same
 * numbers as in a replay.
 */
final class KeptPath implements Observer, AutoCloseable {
  /** Steps that are shown before a device that runs ahead is waited for. */
  private static final int BLOCK = 64;

  private record Kept(
      long index,
      int epoch,
      boolean last,
      double learningRate,
      NetworkProgram.Gradient gradient,
      Tensor buffers) {
    Step seen(Scope scope, State state, Tensor before) {
      return new Step(
          scope, index, epoch, last, learningRate, gradient, state, Optional.of(before));
    }
  }

  private final Scope root;
  private Scope scope;
  private final List<Kept> steps = new ArrayList<>();
  private final List<Tensor> weights = new ArrayList<>();
  private final List<Outcome> outcomes = new ArrayList<>();

  KeptPath(Scope root) {
    this.root = root;
    this.scope = root.child();
  }

  /**
   * The memory that a path takes, in bytes.
   *
   * @param weights numbers in the weight vector
   * @param buffers numbers in the buffers
   */
  static long bytes(long steps, long weights, long buffers) {
    return Float.BYTES * (steps * (2 * weights + buffers) + weights);
  }

  /** Forgets what it kept: a path is walked from its start again. */
  void restart() {
    steps.clear();
    weights.clear();
    outcomes.clear();
    scope.close();
    scope = root.child();
  }

  /** Whether it kept every step of a path of this length. */
  boolean isWhole(long length) {
    return steps.size() == length;
  }

  @Override
  public void beforeUpdate(Step step) {
    State state = step.state();
    if (weights.isEmpty()) {
      weights.add(scope.copyOf(state.weights()));
    }
    scope.keep(step.gradient().sums());
    step.gradient().pieces().forEach(scope::keep);
    steps.add(
        new Kept(
            step.index(),
            step.epoch(),
            step.last(),
            step.learningRate(),
            step.gradient(),
            scope.copyOf(state.buffers())));
  }

  @Override
  public void afterUpdate(Step step) {
    weights.add(scope.copyOf(step.state().weights()));
  }

  @Override
  public void settled(List<Outcome> more) {
    outcomes.addAll(more);
  }

  /** Shows the path to observers, as if it were walked again. */
  void play(List<Observer> observers, Monitor monitor) {
    for (int i = 0; i < steps.size(); i++) {
      if (monitor.stopped()) {
        throw new CancellationException("stopped at step " + i);
      }
      Kept kept = steps.get(i);
      State before = State.at(weights.get(i), kept.buffers(), kept.index());
      State after = State.at(weights.get(i + 1), kept.buffers(), kept.index() + 1);
      try (Scope passing = root.child()) {
        observers.forEach(
            observer -> observer.beforeUpdate(kept.seen(passing, before, before.weights())));
        observers.forEach(
            observer -> observer.afterUpdate(kept.seen(passing, after, before.weights())));
      }
      if ((i + 1) % BLOCK == 0 || i + 1 == steps.size()) {
        List<Outcome> latest = outcomes.subList(i / BLOCK * BLOCK, i + 1);
        observers.forEach(observer -> observer.settled(latest));
      }
      monitor.stepped();
    }
  }

  @Override
  public void close() {
    scope.close();
  }
}
