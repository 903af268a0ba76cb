package dev.secant.training;

import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.geometry.Products;
import dev.secant.geometry.ProductsProgram;
import dev.secant.geometry.Quantities;
import dev.secant.table.StepRecord;
import java.util.ArrayList;
import java.util.List;

/** Measures the geometry of every step relative to a reference point. */
final class PathObserver implements Observer, AutoCloseable {
  private final String name;
  private final Tensor reference;
  private final double weightDecay;
  private final Tensor before;
  private final ProductsProgram program = new ProductsProgram();
  private final List<StepRecord> records = new ArrayList<>();

  /**
   * @param name of the reference, as in the table
   * @param reference the point w*
   * @param scope where room for one more weight vector is taken
   */
  PathObserver(String name, Tensor reference, int size, double weightDecay, Scope scope) {
    this.name = name;
    this.reference = reference;
    this.weightDecay = weightDecay;
    this.before = scope.zeros(size);
  }

  List<StepRecord> records() {
    return List.copyOf(records);
  }

  @Override
  public void beforeUpdate(Step step) {
    program.copy(step.scope(), before, step.state().weights());
  }

  @Override
  public void afterUpdate(Step step) {
    Products products =
        program.products(
            step.scope(), before, step.gradient().vector(), step.state().weights(), reference);
    records.add(
        new StepRecord(
            name,
            step.index(),
            step.epoch(),
            Quantities.measures(
                products, step.gradient().loss(), step.learningRate(), weightDecay)));
  }

  @Override
  public void close() {
    program.close();
  }
}
