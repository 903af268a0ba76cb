package dev.secant.geometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.engine.Scope;
import dev.secant.engine.TestDevice;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lags and layers against loops in float64. */
class LagAndLayersTest {
  @ParameterizedTest
  @ValueSource(ints = {3, 32_769, 400_000})
  void aLagComparesTheOrthogonalParts(int size) {
    float[] ws = random(size, 0, 0.05);
    float[] gs = random(size, 1, 1e-3);
    float[] wt = random(size, 2, 0.05);
    float[] gt = random(size, 3, 1e-3);
    float[] reference = random(size, 4, 0.05);
    for (int i = 0; i < size; i++) {
      gt[i] += 0.3f * gs[i] + 0.01f * wt[i];
      gs[i] += 0.02f * ws[i];
    }
    double[] a = orthogonal(gs, ws, reference);
    double[] b = orthogonal(gt, wt, reference);
    double[] moved = new double[size];
    for (int i = 0; i < size; i++) {
      moved[i] = (double) ws[i] - wt[i];
    }

    Lag lag = lag(ws, gs, wt, gt, reference);

    double cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    assertThat(lag.cosine()).isCloseTo(cosine, within(1e-6));
    assertThat(lag.movement()).isCloseTo(Math.sqrt(dot(moved, moved)), within(1e-6));
  }

  @Test
  void aGradientAlongTheDirectionHasNoOrthogonalPart() {
    float[] w = {4, 0, 0};
    float[] g = {2, 0, 0};

    assertThat(lag(w, g, new float[] {1, 1, 0}, new float[] {0, 1, 0}, new float[3]).cosine())
        .isNaN();
    assertThat(lag(w, g, w, g, w).cosine()).as("no direction at all").isNaN();
  }

  @Test
  void eachTensorIsMeasuredByItself() {
    List<Integer> sizes = List.of(1, 7, 70_000, 32_768, 5);
    int size = sizes.stream().mapToInt(s -> s).sum();
    float[] w = random(size, 0, 0.05);
    float[] g = random(size, 1, 1e-3);
    float[] reference = random(size, 2, 0.05);

    List<Products> products;
    try (Scope scope = TestDevice.open();
        LayersProgram program = new LayersProgram(sizes)) {
      products = program.products(scope, scope.floats(w), scope.floats(g), scope.floats(reference));
    }

    int offset = 0;
    for (int k = 0; k < sizes.size(); k++) {
      double gg = 0;
      double dd = 0;
      double gd = 0;
      for (int i = offset; i < offset + sizes.get(k); i++) {
        double d = (double) w[i] - reference[i];
        gg += (double) g[i] * g[i];
        dd += d * d;
        gd += g[i] * d;
      }
      assertThat(products.get(k).gg()).isCloseTo(gg, within(2e-6 * gg));
      assertThat(products.get(k).dd()).isCloseTo(dd, within(2e-6 * dd));
      assertThat(products.get(k).gd()).isCloseTo(gd, within(1e-6 * Math.sqrt(gg * dd)));
      offset += sizes.get(k);
    }
  }

  private static Lag lag(float[] ws, float[] gs, float[] wt, float[] gt, float[] reference) {
    try (Scope scope = TestDevice.open();
        LagProgram program = new LagProgram()) {
      return program.between(
          scope,
          scope.floats(ws),
          scope.floats(gs),
          scope.floats(wt),
          scope.floats(gt),
          scope.floats(reference));
    }
  }

  private static double[] orthogonal(float[] g, float[] w, float[] reference) {
    double dd = 0;
    double gd = 0;
    for (int i = 0; i < g.length; i++) {
      double d = (double) w[i] - reference[i];
      dd += d * d;
      gd += g[i] * d;
    }
    double[] part = new double[g.length];
    for (int i = 0; i < g.length; i++) {
      part[i] = g[i] - gd / dd * ((double) w[i] - reference[i]);
    }
    return part;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static float[] random(int size, int index, double deviation) {
    RandomStream random = RandomStream.at(9, Purpose.GENERATED_DATA, index);
    float[] vector = new float[size];
    for (int i = 0; i < size; i++) {
      vector[i] = (float) (deviation * random.nextGaussian());
    }
    return vector;
  }
}
