package dev.secant.geometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.geometry.GammaNull.Share;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import dev.secant.table.StepRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GammaNullTest {
  private static final int STEPS = 60;
  private static final int GAMMA_NULL = StepRecord.indexOf("gamma_null");

  /** Orthogonal updates are the random walk itself: there the null is the cosine, no estimate. */
  @ParameterizedTest
  @CsvSource({"60, 1", "25, 1", "60, 10", "0, 1", "1, 1", "60, 60"})
  void isTheCosineOfOrthogonalUpdates(long end, long ramp) {
    double[] norms = norms();
    // The points that the reference is the mean of, counted in updates: u_s is along axis s.
    double[] reference = new double[STEPS];
    for (long point = end - ramp + 1; point <= end; point++) {
      for (int s = 0; s < point; s++) {
        reference[s] += norms[s] / ramp;
      }
    }

    List<StepRecord> filled = fill(new Share(end, ramp), norms, 1);

    for (int t = 0; t < STEPS; t++) {
      double square = 0;
      for (int s = 0; s < STEPS; s++) {
        double w = s < t ? norms[s] : 0;
        square += (w - reference[s]) * (w - reference[s]);
      }
      // -u_t lies along axis t, where w_t is 0.
      double cosine = reference[t] == 0 ? 0 : reference[t] / Math.sqrt(square);
      assertThat(filled.get(t).measures()[GAMMA_NULL]).isCloseTo(cosine, within(1e-12));
    }
  }

  @ParameterizedTest
  @CsvSource({"60, 1", "25, 1", "60, 10"})
  void segmentsGiveTheSameToTheBit(long end, long ramp) {
    Share share = new Share(end, ramp);

    assertThat(fill(share, norms(), 4)).isEqualTo(fill(share, norms(), 1));
  }

  @Test
  void theExcessIsWhatIsLeft() {
    StepRecord last = fill(new Share(STEPS, 1), norms(), 1).get(STEPS - 1);

    assertThat(last.measure("gamma_null")).isEqualTo(1);
    assertThat(last.measure("gamma_excess")).isEqualTo(0.25 - 1);
  }

  private static double[] norms() {
    RandomStream random = RandomStream.at(3, Purpose.GENERATED_DATA);
    double[] norms = new double[STEPS];
    Arrays.setAll(norms, i -> 0.1 + random.nextDouble());
    return norms;
  }

  private static List<StepRecord> fill(Share share, double[] norms, int segments) {
    List<StepRecord> filled = new ArrayList<>();
    for (int i = 0; i < segments; i++) {
      int from = STEPS * i / segments;
      int to = STEPS * (i + 1) / segments;
      double head = GammaNull.head(share, 0, Arrays.copyOf(norms, from), 0);
      double tail = GammaNull.tail(share, to, Arrays.copyOfRange(norms, to, STEPS), 0);
      List<StepRecord> steps = new ArrayList<>();
      for (int t = from; t < to; t++) {
        double[] measures = new double[StepRecord.MEASURES.size()];
        measures[StepRecord.indexOf("gamma")] = 0.25;
        measures[StepRecord.indexOf("update_norm")] = norms[t];
        steps.add(new StepRecord("final", t, 0, measures));
      }
      filled.addAll(GammaNull.fill(steps, share, head, tail));
    }
    return filled;
  }
}
