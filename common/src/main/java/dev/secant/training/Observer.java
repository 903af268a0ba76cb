package dev.secant.training;

/** Looks on while a run walks its path; no observer can change the run. */
interface Observer {
  /** The gradient has been taken at {@code step.state()}. */
  default void beforeUpdate(Step step) {}

  /** The optimizer has moved {@code step.state()}. */
  default void afterUpdate(Step step) {}
}
