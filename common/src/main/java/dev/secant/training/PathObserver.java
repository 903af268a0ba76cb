package dev.secant.training;

import dev.secant.engine.Scope;
import dev.secant.geometry.Products;
import dev.secant.geometry.Quantities;
import dev.secant.geometry.StepProducts;
import dev.secant.table.StepRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Measures the geometry of every step relative to each reference point. */
final class PathObserver implements Observer, AutoCloseable {
  private final List<ReferencePoint> references;
  private final double weightDecay;
  private final StepProducts products;
  private final List<Passed> unsettled = new ArrayList<>();
  private final List<StepRecord> records = new ArrayList<>();

  /** A step whose products have been begun. */
  private record Passed(long index, int epoch, double learningRate) {}

  /**
   * @param scope where room for one more weight vector may be taken
   */
  PathObserver(List<ReferencePoint> references, double weightDecay, Scope scope) {
    this.references = references;
    this.weightDecay = weightDecay;
    this.products =
        new StepProducts(references.stream().map(ReferencePoint::weights).toList(), scope);
  }

  List<StepRecord> records() {
    return List.copyOf(records);
  }

  @Override
  public Optional<StepProducts> products() {
    return Optional.of(products);
  }

  @Override
  public boolean looksAt(long step) {
    return false;
  }

  @Override
  public void afterUpdate(Step step) {
    unsettled.add(new Passed(step.index(), step.epoch(), step.learningRate()));
  }

  @Override
  public void settled(List<Outcome> outcomes) {
    List<List<Products>> towards = products.take();
    for (int i = 0; i < outcomes.size(); i++) {
      Passed step = unsettled.get(i);
      for (int k = 0; k < references.size(); k++) {
        double[] measures =
            Quantities.measures(
                towards.get(i).get(k), outcomes.get(i).loss(), step.learningRate(), weightDecay);
        records.add(new StepRecord(references.get(k).name(), step.index(), step.epoch(), measures));
      }
    }
    unsettled.clear();
  }

  @Override
  public void close() {
    products.close();
  }
}
