package dev.secant.training;

import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.geometry.Products;
import dev.secant.geometry.Quantities;
import dev.secant.geometry.StepProducts;
import dev.secant.table.StepRecord;
import java.util.ArrayList;
import java.util.List;

/** Measures the geometry of every step relative to each reference point. */
final class PathObserver implements Observer, AutoCloseable {
  private final List<ReferencePoint> references;
  private final double weightDecay;
  private final StepProducts products;
  private final List<StepRecord> records = new ArrayList<>();
  private boolean started;

  /**
   * @param size numbers in a weight vector
   * @param scope where room for one more weight vector is taken
   */
  PathObserver(List<ReferencePoint> references, int size, double weightDecay, Scope scope) {
    this.references = references;
    this.weightDecay = weightDecay;
    this.products = new StepProducts(size, scope);
  }

  List<StepRecord> records() {
    return List.copyOf(records);
  }

  @Override
  public void beforeUpdate(Step step) {
    if (!started && step.before().isEmpty()) {
      products.start(step.scope(), step.state().weights());
      started = true;
    }
  }

  @Override
  public void afterUpdate(Step step) {
    List<Tensor> points = references.stream().map(ReferencePoint::weights).toList();
    List<Tensor> gradient = step.gradient().pieces();
    Tensor after = step.state().weights();
    List<Products> towards =
        step.before().isPresent()
            ? products.between(step.scope(), step.before().get(), gradient, after, points)
            : products.next(step.scope(), gradient, after, points);
    for (int i = 0; i < references.size(); i++) {
      double[] measures =
          Quantities.measures(
              towards.get(i), step.gradient().loss(), step.learningRate(), weightDecay);
      records.add(new StepRecord(references.get(i).name(), step.index(), step.epoch(), measures));
    }
  }

  @Override
  public void close() {
    products.close();
  }
}
