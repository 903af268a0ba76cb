package dev.secant.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.config.InputException;
import dev.secant.config.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SchedulesTest {
  /** Ten steps an epoch, four epochs. */
  private static double factor(Map<String, Object> settings, long step) {
    return Schedules.parse(Settings.of(settings)).factor(step, 10, 40);
  }

  private static void assertFactor(Map<String, Object> settings, long step, double expected) {
    assertThat(factor(settings, step)).isCloseTo(expected, within(1e-15));
  }

  @Test
  void constantIsOne() {
    assertFactor(Map.of("type", "constant"), 39, 1);
  }

  @Test
  void cosineFallsToItsFinalFactor() {
    Map<String, Object> cosine = Map.of("type", "cosine", "final-factor", 0.2);
    assertFactor(cosine, 0, 1);
    assertFactor(cosine, 20, 0.6);
    assertFactor(cosine, 10, 0.2 + 0.8 * (1 + Math.sqrt(0.5)) / 2);
    assertFactor(cosine, 40, 0.2);
  }

  @Test
  void warmUpRisesInAStraightLineToOne() {
    Map<String, Object> linear = Map.of("type", "linear", "warmup-epochs", 1);
    assertFactor(linear, 0, 0.1);
    assertFactor(linear, 9, 1);
    assertFactor(linear, 10, 1);
    assertFactor(linear, 25, 0.5);
    assertFactor(linear, 40, 0);
    assertFactor(Map.of("type", "cosine", "warmup-epochs", 0.5), 1, 0.4);
  }

  @Test
  void stepsFallAtTheirEpochs() {
    Map<String, Object> every = Map.of("type", "step", "every-epochs", 2);
    assertFactor(every, 19, 1);
    assertFactor(every, 20, 0.1);
    Map<String, Object> at = Map.of("type", "step", "at-epochs", List.of(3, 1), "factor", 0.5);
    assertFactor(at, 9, 1);
    assertFactor(at, 10, 0.5);
    assertFactor(at, 30, 0.25);
  }

  @Test
  void impossibleSchedulesAreRefused() {
    refused(Map.of("type", "step"), "needs one of every-epochs and at-epochs");
    refused(Map.of("type", "step", "every-epochs", 0), "every-epochs must be at least 1");
    refused(Map.of("type", "step", "at-epochs", List.of(1, 1)), "different epochs");
    refused(Map.of("type", "cosin"), "did you mean cosine?");
    refused(Map.of("type", "cosine", "final-factor", 2), "final-factor must be between");
  }

  private static void refused(Map<String, Object> settings, String message) {
    assertThatThrownBy(() -> Schedules.parse(Settings.of(settings)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }
}
