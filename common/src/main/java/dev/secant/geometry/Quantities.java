package dev.secant.geometry;

import dev.secant.table.StepRecord;
import java.util.Arrays;
import java.util.List;

/**
 * All quantities of one step and reference point, as in Guille-Escuret et al., "No Wrong Turns: The
 * Simple Geometry Of Neural Networks Optimization Paths", ICML 2024, section 3.
 */
public final class Quantities {
  private static final List<Quantity> ALL =
      List.of(
          new WeightNorm(),
          new Distance(),
          new GradientNorm(),
          new InnerProduct(),
          new Rsi(),
          new ErrorBound(),
          new Gamma(),
          new UpdateNorm(),
          new UpdateInnerProduct(),
          new PrescribedLearningRate());

  private static final List<Quantity> OF_DECAYED_GRADIENT =
      List.of(new GradientNorm(), new InnerProduct(), new Rsi(), new ErrorBound(), new Gamma());

  private Quantities() {}

  /**
   * The measures of a {@link StepRecord}; {@code gamma_null} and {@code gamma_excess}, which need
   * the updates still to come, are NaN.
   */
  public static double[] measures(
      Products products, double loss, double learningRate, double weightDecay) {
    double[] measures = new double[StepRecord.MEASURES.size()];
    Arrays.fill(measures, Double.NaN);
    measures[StepRecord.indexOf("loss")] = loss;
    measures[StepRecord.indexOf("learning_rate")] = learningRate;
    for (Quantity quantity : ALL) {
      measures[StepRecord.indexOf(quantity.column())] = quantity.of(products);
    }
    if (weightDecay != 0) {
      Products decayed = products.withDecay(weightDecay);
      for (Quantity quantity : OF_DECAYED_GRADIENT) {
        measures[StepRecord.indexOf(quantity.column() + "_wd")] = quantity.of(decayed);
      }
    }
    return measures;
  }
}
