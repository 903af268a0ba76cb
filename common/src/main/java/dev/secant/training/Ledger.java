package dev.secant.training;

import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The outcomes of steps, kept where they were computed until a block of them is read at once: a GPU
 * goes on with the next steps while the processor has not yet seen how the last ones went.
 */
final class Ledger implements AutoCloseable {
  private final Scope root;
  private final int block;
  private final List<Tensor> sums = new ArrayList<>();
  private Scope scope;

  /**
   * @param block how many steps are read at once
   */
  Ledger(Scope root, int block) {
    this.root = root;
    this.block = block;
    this.scope = root.child();
  }

  void add(NetworkProgram.Gradient gradient) {
    scope.keep(gradient.sums());
    sums.add(gradient.sums());
  }

  boolean isFull() {
    return sums.size() >= block;
  }

  /** Reads the outcomes since the last call, in order; waits for the device. */
  List<Outcome> settle() {
    double[] numbers = sums.isEmpty() ? new double[0] : scope.join(sums).toDoubles();
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < sums.size(); i++) {
      outcomes.add(NetworkProgram.outcome(numbers, i));
    }
    sums.clear();
    scope.close();
    scope = root.child();
    return outcomes;
  }

  @Override
  public void close() {
    scope.close();
  }
}
