package dev.secant.job;

/** A trial could not be walked or measured, and would not be if it was tried again. */
final class TrialFailed extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient TaskOutcome.Failure failure;

  TrialFailed(TaskOutcome.Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  TaskOutcome.Failure failure() {
    return failure;
  }
}
