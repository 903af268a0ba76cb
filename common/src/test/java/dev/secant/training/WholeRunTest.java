package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.table.StepRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What must hold of whole runs: concurrency, and measures that the files bear out. */
class WholeRunTest {
  @Test
  void twoRunsAtOnceWalkTheSamePathsAsAlone() throws Exception {
    List<String> trials = TrialRunTest.trials();
    List<TrialRunTest.Walked> alone = new ArrayList<>();
    for (String trial : trials) {
      alone.add(TrialRunTest.walk(trial, 2));
    }
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<TrialRunTest.Walked>> both = new ArrayList<>();
      for (int i = 0; i < 2 * trials.size(); i++) {
        String trial = trials.get(i % trials.size());
        both.add(threads.submit(() -> TrialRunTest.walk(trial, 2)));
      }
      for (int i = 0; i < both.size(); i++) {
        TrialRunTest.Walked walked = both.get(i).get();
        assertThat(walked.steps()).isEqualTo(alone.get(i % trials.size()).steps());
        assertThat(walked.recording().epochs())
            .isEqualTo(alone.get(i % trials.size()).recording().epochs());
        assertThat(walked.drift()).isZero();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** The last update of plain gradient descent is -lr g, and leads to w* itself. */
  @Test
  void theLastStepOfGradientDescentPointsAtItsEnd() throws IOException {
    List<StepRecord> steps = TrialRunTest.walk(TrialRunTest.trials().get(0), 1).steps();
    StepRecord last = steps.get(steps.size() - 1);

    assertThat(last.measure("gamma")).isCloseTo(1, within(1e-4));
    assertThat(last.measure("prescribed_lr")).isCloseTo(0.05, within(1e-5));
    assertThat(last.measure("rsi")).isCloseTo(20, within(0.01));
    assertThat(last.measure("update_norm"))
        .isCloseTo(last.measure("distance"), within(1e-6 * last.measure("distance")));
  }

  /** With a checkpoint at every step, the measures of weights follow from the files in float64. */
  @Test
  void measuresAgreeWithTheSavedWeights() throws IOException {
    String json = TrialRunTest.trials().get(1);
    TrialRunTest.Walked walked = TrialRunTest.walk(json, 24);
    walked.store().files.put("step-0.safetensors", TrialRunTest.start(json));
    int steps = walked.steps().size();
    double[] end = weights(walked, "final");
    assertThat(walked.recording().segments()).isEqualTo(steps);
    for (int t = 0; t < steps; t++) {
      double[] w = weights(walked, "step-" + t);
      double[] next = weights(walked, t + 1 == steps ? "final" : "step-" + (t + 1));
      double[] d = minus(w, end);
      double[] u = minus(next, w);
      StepRecord step = walked.steps().get(t);

      double distance = Math.sqrt(dot(d, d));
      double update = Math.sqrt(dot(u, u));
      double norm = Math.sqrt(dot(w, w));
      assertThat(step.measure("weight_norm")).isCloseTo(norm, within(1e-6 * norm));
      assertThat(step.measure("distance")).isCloseTo(distance, within(1e-6 * distance));
      assertThat(step.measure("update_norm")).isCloseTo(update, within(1e-6 * update));
      assertThat(step.measure("update_inner_product"))
          .isCloseTo(dot(u, d), within(1e-6 * distance * update));
    }
  }

  private static double[] weights(TrialRunTest.Walked walked, String name) {
    byte[] file = walked.store().files.get(name + ".safetensors");
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(Math.toIntExact(8 + bytes.getLong()));
    FloatBuffer data = bytes.asFloatBuffer();
    // Of the mlp 3072-32-16-10; the optimizer's slots follow.
    double[] weights = new double[3072 * 32 + 32 + 32 * 16 + 16 + 16 * 10 + 10];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = data.get();
    }
    return weights;
  }

  private static double[] minus(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      difference[i] = a[i] - b[i];
    }
    return difference;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
