package dev.secant.training;

/** The loss at a step is not a number to train on. */
final class Diverged extends Exception {
  private static final long serialVersionUID = 1L;

  private final long step;

  Diverged(long step, double loss, double maxLoss) {
    super(
        Double.isFinite(loss)
            ? "loss was %.3g at step %d, more than max-loss = %.3g".formatted(loss, step, maxLoss)
            : "loss was %s at step %d".formatted(loss, step));
    this.step = step;
  }

  /** The step whose loss it is; the weights that it was taken at are w_step. */
  long step() {
    return step;
  }
}
