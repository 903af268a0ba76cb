package dev.secant.table;

import java.io.Serializable;
import java.util.List;

/**
 * The gradient of the loss over all training samples at the weights that an epoch ended with; a
 * part of a row of {@code epochs}.
 *
 * @param measures the values of {@link #MEASURES}
 */
public record FullBatchRecord(String reference, int epoch, Measures measures)
    implements Serializable {
  public static final List<Column> MEASURES =
      Measures.columns("loss", "distance", "gradient_norm", "inner_product", "rsi", "eb", "gamma");

  /**
   * @param all the values of {@link StepRecord#MEASURES}
   */
  public static FullBatchRecord of(String reference, int epoch, double[] all) {
    return new FullBatchRecord(reference, epoch, Measures.select(MEASURES, all));
  }
}
