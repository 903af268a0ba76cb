package dev.secant.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.config.InputException;
import dev.secant.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchedulesTest {
  @TempDir Path temp;

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

  @Test
  void aFileIsStraightLinesBetweenItsPointsOverItsPeak() throws IOException {
    Map<String, Object> file = file("points = [ [0.25, 0.2], [0.5, 0.4], [1, 0] ]");

    // Step t of 40 stands at (t + 1/2) / 40.
    assertFactor(file, 0, 0.5);
    assertFactor(file, 9, 0.5);
    assertFactor(file, 14, 0.5 + 0.5 * (14.5 / 40 - 0.25) / 0.25);
    assertFactor(file, 29, (1 - 29.5 / 40) / 0.5);
    assertFactor(file, 39, 0.025);
    assertFactor(file("points = [ [0.3, 7e-5] ], peak = 7e-5"), 39, 1);
  }

  @Test
  void aFileIsKnownByItsContent() throws IOException {
    Map<String, Object> settings = file("points = [ [0, 1], [1, 0.5] ], source { of = me }");
    Schedule schedule = Schedules.parse(Settings.of(settings));
    Schedule read = Schedules.parse(Settings.of(withType(schedule)));
    assertThat(read).isEqualTo(schedule);

    file("points = [ [0, 1], [1, 0.25] ]");

    assertThat(Schedules.parse(Settings.of(settings)).settings()).isNotEqualTo(read.settings());
    refused(withType(schedule), "rates.conf: has SHA-256 ");
  }

  @Test
  void aFileThatIsNoScheduleIsRefused() throws IOException {
    refused(Map.of("type", "file"), "path is required");
    refused(Map.of("type", "file", "path", temp + "/none"), "path names no file: " + temp);
    refused(file("points = [ [0, 1], [1"), "rates.conf: no schedule can be read from it: ");
    refused(file("include url(\"http://127.0.0.1:1/\")"), "nothing can be included here");
    refused(file("include file(\"/etc/hostname\")"), "nothing can be included here");
    refused(file("include classpath(\"reference.conf\")"), "nothing can be included here");
    refused(file("\npoints = [ [0, 1], [0.5, 1],\n [0.5, 2] ]"), "rates.conf:2: points must have");
    refused(file("points = [ [0, -1] ]"), "rates.conf:1: points must hold pairs");
    refused(file("points = [ [0, 1], [1.5, 1] ]"), "pairs [time between 0 and 1, learning rate");
    refused(file("points = [ [0, 0], [1, 0] ]"), "must hold a learning rate above 0");
    refused(file("points = []"), "must hold a learning rate above 0");
    refused(file("points = [ [0, 1] ], peak = 2"), "peak must be the largest learning rate");
    refused(file("points = [ [0, 1] ], pek = 1"), "did you mean peak?");
  }

  private Map<String, Object> file(String content) throws IOException {
    Path file = Files.writeString(temp.resolve("rates.conf"), content);
    return Map.of("type", "file", "path", file.toString());
  }

  private static Map<String, Object> withType(Schedule schedule) {
    Map<String, Object> settings = new TreeMap<>(schedule.settings());
    settings.put("type", schedule.type());
    return settings;
  }

  private static void refused(Map<String, Object> settings, String message) {
    assertThatThrownBy(() -> Schedules.parse(Settings.of(settings)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }
}
