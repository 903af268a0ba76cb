package dev.secant.training;

import dev.secant.geometry.Products;
import dev.secant.geometry.ProductsProgram;
import dev.secant.geometry.Quantities;
import dev.secant.table.FullBatchRecord;
import java.util.ArrayList;
import java.util.List;

/** Measures, at the end of every so many epochs, the gradient over all training samples. */
final class FullBatchObserver implements Observer, AutoCloseable {
  private final TrainingRun run;
  private final int every;
  private final List<ReferencePoint> references;
  private final ProductsProgram program = new ProductsProgram();
  private final List<FullBatchRecord> records = new ArrayList<>();

  /**
   * @param every epochs
   */
  FullBatchObserver(TrainingRun run, int every, List<ReferencePoint> references) {
    this.run = run;
    this.every = every;
    this.references = references;
  }

  List<FullBatchRecord> records() {
    return List.copyOf(records);
  }

  @Override
  public boolean looksAt(long step) {
    return (step + 1) % (every * run.minibatches().stepsPerEpoch()) == 0;
  }

  @Override
  public void afterUpdate(Step step) {
    if (!looksAt(step.index())) {
      return;
    }
    TrainingRun.FullBatch fullBatch =
        run.fullBatchGradient(step.scope(), step.state(), step.epoch());
    for (ReferencePoint reference : references) {
      Products products =
          program.products(
              step.scope(), step.state().weights(), fullBatch.gradient(), reference.weights());
      double[] measures = Quantities.measures(products, fullBatch.loss(), Double.NaN, 0);
      records.add(FullBatchRecord.of(reference.name(), step.epoch(), measures));
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
