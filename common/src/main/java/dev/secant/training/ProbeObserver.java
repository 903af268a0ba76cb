package dev.secant.training;

import dev.secant.geometry.Products;
import dev.secant.geometry.ProductsProgram;
import dev.secant.geometry.Quantities;
import dev.secant.sweep.Measure;
import dev.secant.table.ProbeRecord;
import java.util.ArrayList;
import java.util.List;

/** Measures, every so many steps, gradients over minibatches that stay the same. */
final class ProbeObserver implements Observer, AutoCloseable {
  private final TrainingRun run;
  private final Measure.Probes probes;
  private final List<ReferencePoint> references;
  private final double weightDecay;
  private final ProductsProgram program = new ProductsProgram();
  private final List<ProbeRecord> records = new ArrayList<>();

  ProbeObserver(
      TrainingRun run, Measure.Probes probes, List<ReferencePoint> references, double weightDecay) {
    this.run = run;
    this.probes = probes;
    this.references = references;
    this.weightDecay = weightDecay;
  }

  List<ProbeRecord> records() {
    return List.copyOf(records);
  }

  @Override
  public boolean looksAt(long step) {
    return step % probes.every() == 0;
  }

  @Override
  public void beforeUpdate(Step step) {
    if (!looksAt(step.index())) {
      return;
    }
    try (Prefetch.Sequence batches = run.minibatches().probes(probes.batches())) {
      for (int probe = 0; probe < probes.batches(); probe++) {
        NetworkProgram.Gradient gradient =
            run.gradientAside(step.scope(), step.state(), batches.next());
        double loss = gradient.outcome().loss();
        for (ReferencePoint reference : references) {
          Products products =
              program.products(
                  step.scope(),
                  step.state().weights(),
                  gradient.vector(step.scope()),
                  reference.weights());
          double[] measures = Quantities.measures(products, loss, Double.NaN, weightDecay);
          records.add(
              ProbeRecord.of(reference.name(), step.index(), step.epoch(), probe, measures));
        }
      }
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
