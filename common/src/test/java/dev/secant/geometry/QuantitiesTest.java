package dev.secant.geometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.table.StepRecord;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each quantity by hand, for w = (3, 4), g = (1, 2), w* = (0, 0.5) and u = (-2, 1). */
class QuantitiesTest {
  private static final double[] W = {3, 4};
  private static final double[] G = {1, 2};
  private static final double[] D = {3, 3.5};
  private static final double[] U = {-2, 1};
  private static final double[] ZERO = {0, 0};

  @Test
  void weightNorm() {
    assertThat(measure("weight_norm")).isEqualTo(5);
  }

  @Test
  void distance() {
    assertThat(measure("distance")).isEqualTo(Math.sqrt(21.25));
  }

  @Test
  void gradientNorm() {
    assertThat(measure("gradient_norm")).isEqualTo(Math.sqrt(5));
  }

  @Test
  void innerProduct() {
    assertThat(measure("inner_product")).isEqualTo(10);
  }

  @Test
  void rsi() {
    assertThat(measure("rsi")).isEqualTo(10 / 21.25);
  }

  @Test
  void errorBound() {
    assertThat(measure("eb")).isCloseTo(Math.sqrt(5 / 21.25), within(1e-15));
  }

  @Test
  void gamma() {
    assertThat(measure("gamma")).isCloseTo(10 / Math.sqrt(5 * 21.25), within(1e-15));
    assertThat(measure("gamma")).isCloseTo(measure("rsi") / measure("eb"), within(1e-15));
  }

  @Test
  void updateNorm() {
    assertThat(measure("update_norm")).isEqualTo(Math.sqrt(5));
  }

  @Test
  void updateInnerProduct() {
    assertThat(measure("update_inner_product")).isEqualTo(-2.5);
  }

  @Test
  void prescribedLearningRate() {
    assertThat(measure("prescribed_lr")).isEqualTo(2);
  }

  @Test
  void lossAndLearningRateAreHandedOn() {
    assertThat(measure("loss")).isEqualTo(0.7);
    assertThat(measure("learning_rate")).isEqualTo(0.1);
  }

  /** With weight decay 0.5 the gradient is (2.5, 4). */
  @Test
  void weightDecayAddsToTheGradient() {
    double[] measures = Quantities.measures(products(W, G, D, U), 0.7, 0.1, 0.5);

    assertThat(at(measures, "gradient_norm_wd")).isCloseTo(Math.sqrt(22.25), within(1e-14));
    assertThat(at(measures, "inner_product_wd")).isCloseTo(21.5, within(1e-14));
    assertThat(at(measures, "rsi_wd")).isCloseTo(21.5 / 21.25, within(1e-14));
    assertThat(at(measures, "eb_wd")).isCloseTo(Math.sqrt(22.25 / 21.25), within(1e-14));
    assertThat(at(measures, "gamma_wd")).isCloseTo(21.5 / Math.sqrt(22.25 * 21.25), within(1e-14));
    assertThat(at(measures, "gradient_norm")).isEqualTo(Math.sqrt(5));
  }

  @Test
  void withoutWeightDecayItsColumnsAreUndefined() {
    for (String column :
        List.of("gradient_norm_wd", "inner_product_wd", "rsi_wd", "eb_wd", "gamma_wd")) {
      assertThat(measure(column)).as(column).isNaN();
    }
  }

  /** A gradient that weight decay cancels has norm 0, never the root of a rounded -1e-17. */
  @Test
  void aCancelledGradientHasNormZero() {
    double[] w = {0.1, 0.7};
    double[] g = {-0.1 / 3, -0.7 / 3};

    double[] measures = Quantities.measures(products(w, g, D, U), 0, 0, 1 / 3.0);

    assertThat(at(measures, "gradient_norm_wd")).isCloseTo(0, within(1e-8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsi", "eb", "gamma", "prescribed_lr"})
  void noDistanceNoRatio(String column) {
    double[] measures = Quantities.measures(products(W, G, ZERO, U), 0, 0, 0);

    assertThat(at(measures, column)).isNaN();
    assertThat(at(measures, "distance")).isZero();
  }

  @Test
  void noGradientNoDirection() {
    double[] measures = Quantities.measures(products(W, ZERO, D, U), 0, 0, 0);

    assertThat(at(measures, "gamma")).isNaN();
    assertThat(at(measures, "prescribed_lr")).isNaN();
    assertThat(at(measures, "rsi")).isZero();
    assertThat(at(measures, "eb")).isZero();
  }

  @Test
  void undefinedIsNullInTheTable() {
    double[] measures = Quantities.measures(products(W, ZERO, ZERO, U), 0, 0, 0);

    Object[] row = new StepRecord("final", 0, 0, measures).row("t");

    for (String column : List.of("rsi", "eb", "gamma", "prescribed_lr", "gamma_null")) {
      assertThat(row[4 + StepRecord.indexOf(column)]).as(column).isNull();
    }
  }

  private static double measure(String column) {
    return at(Quantities.measures(products(W, G, D, U), 0.7, 0.1, 0), column);
  }

  private static double at(double[] measures, String column) {
    return measures[StepRecord.indexOf(column)];
  }

  private static Products products(double[] w, double[] g, double[] d, double[] u) {
    return new Products(
        dot(w, w), dot(g, g), dot(d, d), dot(g, d), dot(w, g), dot(w, d), dot(u, u), dot(u, d));
  }

  private static double dot(double[] a, double[] b) {
    return a[0] * b[0] + a[1] * b[1];
  }
}
