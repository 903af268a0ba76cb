package dev.secant.training;

import dev.secant.data.Batch;
import dev.secant.engine.Scope;
import dev.secant.geometry.StepProducts;
import java.util.List;
import java.util.Optional;

/** Looks on while a run walks its path; no observer can change the run. */
interface Observer {
  /**
   * The step has its samples; its gradient has not been taken yet.
   *
   * @param scope what an observer makes lives here until the step ends
   */
  default void beforeGradient(Scope scope, State state, Batch batch) {}

  /**
   * Whether it looks at the weights or the gradient before or after a step. Of others it is told
   * all the same, but with the state of an earlier or a later step.
   *
   * @param step from 0, the next that it will be told of or the one after that
   */
  default boolean looksAt(long step) {
    return true;
  }

  /** The gradient has been taken at {@code step.state()}. */
  default void beforeUpdate(Step step) {}

  /**
   * Products that are taken of every step while the optimizer moves the weights; at most one
   * observer of a walk wants any.
   */
  default Optional<StepProducts> products() {
    return Optional.empty();
  }

  /** The optimizer has moved {@code step.state()}. */
  default void afterUpdate(Step step) {}

  /**
   * The outcomes of all steps since the last call are known, in the steps' order: some steps late
   * where the device runs ahead, at the latest where a walk ends.
   */
  default void settled(List<Outcome> outcomes) {}
}
