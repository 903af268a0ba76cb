package dev.secant.geometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.TestDevice;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ways to sum, that of the processor and, run on the processor, that of a GPU. */
class PartialSumsTest {
  private static final int SIZE = 200_000;

  @ParameterizedTest
  @ValueSource(strings = {"ops.prim.is_cuda(x)", "True"})
  void agreesWithFloat64(String cuda) {
    float[] x = new float[SIZE];
    float[] y = new float[SIZE];
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < SIZE; i++) {
      x[i] = (float) (1 + 0.1 * Math.sin(i));
      y[i] = (float) Math.cos(1.3 * i);
      xx += (double) x[i] * x[i];
      xy += (double) x[i] * y[i];
    }
    String text =
        PartialSums.method("dots", List.of("x", "y"), List.of(), List.of("x_i x_i", "x_i y_i"));
    assertThat(text).contains("on_gpu = ops.prim.is_cuda(x)");

    try (Scope scope = TestDevice.open();
        Program program = Program.compile(text.replace("ops.prim.is_cuda(x)", cuda))) {
      double[] sums =
          program.call(scope, "dots", scope.floats(x), scope.floats(y)).get(0).toDoubles();

      assertThat(sums).hasSize(2);
      assertThat(sums[0]).isCloseTo(xx, within(1e-6 * xx));
      assertThat(sums[1]).isCloseTo(xy, within(1e-6 * Math.sqrt(xx * SIZE / 2)));
    }
  }
}
