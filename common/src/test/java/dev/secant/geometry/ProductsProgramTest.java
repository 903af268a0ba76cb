package dev.secant.geometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.engine.TestDevice;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import dev.secant.table.StepRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProductsProgramTest {
  /** Lengths below, at and beyond the parts that are summed in float32, and a long one. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 32_768, 32_769, 100_000, 3_000_000})
  void agreesWithFloat64(int size) {
    float[] before = random(size, 0, 0.05, 0.001);
    float[] gradient = random(size, 1, 1e-4, 0);
    float[] reference = random(size, 2, 0.05, 0);
    float[] step = random(size, 3, 1e-5, 0);
    float[] after = new float[size];
    for (int i = 0; i < size; i++) {
      after[i] = before[i] + step[i];
    }
    double[][] v = new double[4][size];
    for (int i = 0; i < size; i++) {
      v[0][i] = before[i];
      v[1][i] = gradient[i];
      v[2][i] = (double) before[i] - reference[i];
      v[3][i] = (double) after[i] - before[i];
    }

    Products products = products(before, gradient, after, reference);

    double w = Math.sqrt(dot(v[0], v[0]));
    double g = Math.sqrt(dot(v[1], v[1]));
    double d = Math.sqrt(dot(v[2], v[2]));
    double u = Math.sqrt(dot(v[3], v[3]));
    assertThat(Math.sqrt(products.ww())).isCloseTo(w, within(1e-6 * w));
    assertThat(Math.sqrt(products.gg())).isCloseTo(g, within(1e-6 * g));
    assertThat(Math.sqrt(products.dd())).isCloseTo(d, within(1e-6 * d));
    assertThat(Math.sqrt(products.uu())).isCloseTo(u, within(1e-6 * u));
    assertThat(products.gd()).isCloseTo(dot(v[1], v[2]), within(1e-6 * g * d));
    assertThat(products.wg()).isCloseTo(dot(v[0], v[1]), within(1e-6 * w * g));
    assertThat(products.wd()).isCloseTo(dot(v[0], v[2]), within(1e-6 * w * d));
    assertThat(products.ud()).isCloseTo(dot(v[3], v[2]), within(1e-6 * u * d));
  }

  /** As many weights as the largest networks have. */
  @Test
  void agreesWithFloat64At100MillionWeights() {
    int size = 100_000_000;
    ByteBuffer before = zeros(size);
    ByteBuffer gradient = zeros(size);
    ByteBuffer after = zeros(size);
    RandomStream random = RandomStream.at(9, Purpose.GENERATED_DATA);
    double[] sums = new double[8];
    for (int i = 0; i < 4 * size; i += 4) {
      float w = 0.1f * (random.nextFloat() - 0.48f);
      float g = 1e-3f * (random.nextFloat() - 0.5f) + 1e-3f * w;
      float next = w - 0.05f * g;
      before.putFloat(i, w);
      gradient.putFloat(i, g);
      after.putFloat(i, next);
      // The gradient's vector serves as the reference, too.
      double d = (double) w - g;
      double u = (double) next - w;
      sums[0] += (double) w * w;
      sums[1] += (double) g * g;
      sums[2] += d * d;
      sums[3] += g * d;
      sums[4] += (double) w * g;
      sums[5] += w * d;
      sums[6] += u * u;
      sums[7] += u * d;
    }

    Products p;
    try (Scope scope = TestDevice.open();
        ProductsProgram program = new ProductsProgram()) {
      Tensor g = scope.floats(gradient, size);
      p =
          ProductsProgram.read(
                  program.ofStep(
                      scope, scope.floats(before, size), g, scope.floats(after, size), g))
              .get(0);
    }

    assertThat(Math.sqrt(p.ww())).isCloseTo(Math.sqrt(sums[0]), within(1e-6 * Math.sqrt(sums[0])));
    assertThat(Math.sqrt(p.gg())).isCloseTo(Math.sqrt(sums[1]), within(1e-6 * Math.sqrt(sums[1])));
    assertThat(Math.sqrt(p.dd())).isCloseTo(Math.sqrt(sums[2]), within(1e-6 * Math.sqrt(sums[2])));
    assertThat(Math.sqrt(p.uu())).isCloseTo(Math.sqrt(sums[6]), within(1e-6 * Math.sqrt(sums[6])));
    assertThat(p.gd()).isCloseTo(sums[3], within(1e-6 * Math.sqrt(sums[1] * sums[2])));
    assertThat(p.wg()).isCloseTo(sums[4], within(1e-6 * Math.sqrt(sums[0] * sums[1])));
    assertThat(p.wd()).isCloseTo(sums[5], within(1e-6 * Math.sqrt(sums[0] * sums[2])));
    assertThat(p.ud()).isCloseTo(sums[7], within(1e-6 * Math.sqrt(sums[6] * sums[2])));
  }

  private static ByteBuffer zeros(int size) {
    return ByteBuffer.allocateDirect(size * Float.BYTES).order(ByteOrder.nativeOrder());
  }

  /** A sum in one float32 of numbers that are all alike would be off by far more than 1e-6. */
  @Test
  void agreesWhereRoundingErrorsAddUp() {
    int size = 3_000_000;
    float[] same = new float[size];
    Arrays.fill(same, 0.1f);

    Products products = products(same, same, new float[size], new float[size]);

    double expected = size * ((double) 0.1f * 0.1f);
    assertThat(products.ww()).isCloseTo(expected, within(1e-6 * expected));
    assertThat(products.gd()).isCloseTo(expected, within(1e-6 * expected));
    assertThat(products.ud()).isCloseTo(-expected, within(1e-6 * expected));
  }

  /**
   * Gradient descent on a1 x^2 / 2 + a2 y^2 / 2 from (1, 1) is (1 - lr a1)^t, (1 - lr a2)^t, and
   * relative to its minimum rsi lies between a1 and a2, as the formulas say.
   */
  @Test
  void aQuadraticHasItsClosedForms() {
    double a1 = 0.5;
    double a2 = 2;
    double lr = 0.25;
    for (int t = 0; t < 12; t++) {
      double x = Math.pow(1 - lr * a1, t);
      double y = Math.pow(1 - lr * a2, t);
      float[] before = {(float) (x + 3), (float) (y - 7)};
      float[] gradient = {(float) (a1 * x), (float) (a2 * y)};
      float[] after = {(float) (x - lr * a1 * x + 3), (float) (y - lr * a2 * y - 7)};

      double[] measures =
          Quantities.measures(products(before, gradient, after, new float[] {3, -7}), 0, lr, 0);

      double square = x * x + y * y;
      double inner = a1 * x * x + a2 * y * y;
      double slope = a1 * a1 * x * x + a2 * a2 * y * y;
      // The minimum lies at (3, -7), where float32 holds a coordinate to 2.4e-7.
      double rounding = 2e-6 / Math.sqrt(square);
      closeTo(measures, "distance", Math.sqrt(square), rounding);
      closeTo(measures, "gradient_norm", Math.sqrt(slope), 1e-6);
      closeTo(measures, "rsi", inner / square, rounding);
      closeTo(measures, "eb", Math.sqrt(slope / square), rounding);
      closeTo(measures, "gamma", inner / Math.sqrt(slope * square), rounding);
      closeTo(measures, "prescribed_lr", inner / slope, rounding);
      closeTo(measures, "update_norm", lr * Math.sqrt(slope), 4 * rounding);
      closeTo(measures, "update_inner_product", -lr * inner, 4 * rounding);
    }
  }

  private static void closeTo(double[] measures, String column, double value, double relative) {
    assertThat(measures[StepRecord.indexOf(column)])
        .as(column)
        .isCloseTo(value, within(relative * Math.abs(value)));
  }

  private static Products products(
      float[] before, float[] gradient, float[] after, float[] reference) {
    try (Scope scope = TestDevice.open();
        ProductsProgram program = new ProductsProgram()) {
      return ProductsProgram.read(
              program.ofStep(
                  scope,
                  scope.floats(before),
                  scope.floats(gradient),
                  scope.floats(after),
                  scope.floats(reference)))
          .get(0);
    }
  }

  private static float[] random(int size, int index, double deviation, double mean) {
    RandomStream random = RandomStream.at(8, Purpose.GENERATED_DATA, index);
    float[] vector = new float[size];
    for (int i = 0; i < size; i++) {
      vector[i] = (float) (mean + deviation * random.nextGaussian());
    }
    return vector;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
