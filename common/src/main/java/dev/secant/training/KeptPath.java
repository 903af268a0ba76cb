package dev.secant.training;

import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is kept in memory of a path while it is walked, so that it can be walked again without
 * taking a gradient once more: its start and the gradients. Weights and slots follow from them.
 */
final class KeptPath implements Observer, AutoCloseable {
  /**
   * A step's.
   *
   * @param gradient that the optimizer saw
   * @param buffers after the gradient was taken
   */
  record Kept(NetworkProgram.Gradient gradient, Tensor buffers) {}

  private final Scope root;
  private Scope scope;
  private Optional<State> start = Optional.empty();
  private Optional<Checkpoint> end = Optional.empty();
  private final List<Kept> steps = new ArrayList<>();
  private final List<Outcome> outcomes = new ArrayList<>();

  KeptPath(Scope root) {
    this.root = root;
    this.scope = root.child();
  }

  /**
   * The memory that it takes, in bytes.
   *
   * @param weights numbers in the weight vector
   * @param buffers numbers in the buffers
   */
  static long bytes(long steps, long weights, long buffers) {
    return Float.BYTES * steps * (weights + buffers);
  }

  /** Forgets what it kept: a path is walked from its start again. */
  void restart() {
    start = Optional.empty();
    end = Optional.empty();
    steps.clear();
    outcomes.clear();
    scope.close();
    scope = root.child();
  }

  /**
   * The first step's weights and slots, if there was a step; whoever walks from there moves them.
   */
  Optional<State> start() {
    return start;
  }

  /** What was written of the path's end, if the path was walked to its end. */
  Optional<Checkpoint> end() {
    return end;
  }

  /** Every step since the start, in order. */
  List<Kept> steps() {
    return steps;
  }

  /** The steps' outcomes. */
  List<Outcome> outcomes() {
    return outcomes;
  }

  @Override
  public void beforeUpdate(Step step) {
    if (start.isEmpty()) {
      start = Optional.of(step.state().copy(scope));
    }
    scope.keep(step.gradient().sums());
    step.gradient().pieces().forEach(scope::keep);
    steps.add(new Kept(step.gradient(), scope.copyOf(step.state().buffers())));
  }

  /**
   * The path ends here.
   *
   * @param state that {@code end} was taken from; whoever walks there must not move it any more
   */
  void end(State state, Checkpoint end) {
    state.keepIn(scope);
    this.end = Optional.of(end);
  }

  @Override
  public void settled(List<Outcome> more) {
    outcomes.addAll(more);
  }

  @Override
  public void close() {
    scope.close();
  }
}
