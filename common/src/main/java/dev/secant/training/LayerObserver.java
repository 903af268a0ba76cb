package dev.secant.training;

import dev.secant.architecture.Layout;
import dev.secant.geometry.LayersProgram;
import dev.secant.geometry.Products;
import dev.secant.geometry.Quantities;
import dev.secant.table.LayerRecord;
import java.util.ArrayList;
import java.util.List;

/** Measures, every so many steps, each parameter tensor by itself. */
final class LayerObserver implements Observer, AutoCloseable {
  private final Layout layout;
  private final int every;
  private final List<ReferencePoint> references;
  private final LayersProgram program;
  private final List<LayerRecord> records = new ArrayList<>();

  /**
   * @param layout of the weights
   */
  LayerObserver(Layout layout, int every, List<ReferencePoint> references) {
    this.layout = layout;
    this.every = every;
    this.references = references;
    this.program = new LayersProgram(layout.entries().stream().map(Layout.Entry::size).toList());
  }

  List<LayerRecord> records() {
    return List.copyOf(records);
  }

  @Override
  public boolean looksAt(long step) {
    return step % every == 0;
  }

  @Override
  public void beforeUpdate(Step step) {
    if (!looksAt(step.index())) {
      return;
    }
    for (ReferencePoint reference : references) {
      List<Products> products =
          program.products(
              step.scope(),
              step.state().weights(),
              step.gradient().vector(step.scope()),
              reference.weights());
      for (int i = 0; i < products.size(); i++) {
        Layout.Entry layer = layout.entries().get(i);
        double[] measures = Quantities.measures(products.get(i), Double.NaN, Double.NaN, 0);
        records.add(
            LayerRecord.of(
                reference.name(),
                step.index(),
                step.epoch(),
                i,
                layer.name(),
                layer.size(),
                measures));
      }
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
