package dev.secant.training;

import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.geometry.Products;
import dev.secant.geometry.ProductsProgram;
import dev.secant.geometry.Quantities;
import dev.secant.table.StepRecord;
import java.util.ArrayList;
import java.util.List;

/** Measures the geometry of every step relative to each reference point. */
final class PathObserver implements Observer, AutoCloseable {
  private final List<ReferencePoint> references;
  private final double weightDecay;
  private final Tensor before;
  private final ProductsProgram program = new ProductsProgram();
  private final Vectors vectors = new Vectors();
  private final List<StepRecord> records = new ArrayList<>();

  /**
   * @param size numbers in a weight vector
   * @param scope where room for one more weight vector is taken
   */
  PathObserver(List<ReferencePoint> references, int size, double weightDecay, Scope scope) {
    this.references = references;
    this.weightDecay = weightDecay;
    this.before = scope.zeros(size);
  }

  List<StepRecord> records() {
    return List.copyOf(records);
  }

  @Override
  public void beforeUpdate(Step step) {
    vectors.copy(step.scope(), before, step.state().weights());
  }

  @Override
  public void afterUpdate(Step step) {
    for (ReferencePoint reference : references) {
      Products products =
          program.products(
              step.scope(),
              before,
              step.gradient().vector(),
              step.state().weights(),
              reference.weights());
      double[] measures =
          Quantities.measures(products, step.gradient().loss(), step.learningRate(), weightDecay);
      records.add(new StepRecord(reference.name(), step.index(), step.epoch(), measures));
    }
  }

  @Override
  public void close() {
    program.close();
    vectors.close();
  }
}
