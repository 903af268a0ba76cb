package dev.secant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every message says in which file and line the fault stands. */
class SettingsTest {
  private static final String FILE =
      """
      run {
        name = first
        count = many
        half = 2.5
        share = 1.5
        sizes = [1, two]
        single = 4
        flag = perhaps
        colour = read
        section = 3
        endless = Infinity
        nothing = null
      }
      """;

  @TempDir Path folder;
  private Path file;
  private Settings settings;

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("some.conf");
    Files.writeString(file, FILE);
    settings = Settings.of(ConfigFactory.parseFile(file.toFile()).getConfig("run").root(), "run");
  }

  @Test
  void wrongTypesAreNamedWithFileAndLine() {
    refused(
        () -> settings.integer("count"), 3, "run.count must be a whole number, but is \"many\"");
    refused(() -> settings.integer("half"), 4, "run.half must be a whole number, but is 2.5");
    refused(() -> settings.whole("half", 1), 4, "run.half must be a whole number, but is 2.5");
    refused(() -> settings.number("name"), 2, "run.name must be a number, but is \"first\"");
    refused(() -> settings.integers("sizes", List.of()), 6, "run.sizes must be a list of whole");
    refused(() -> settings.integers("name", List.of()), 2, "run.name must be a list [ ... ]");
    refused(() -> settings.flag("flag", true), 8, "run.flag must be true or false");
    refused(() -> settings.section("section"), 10, "run.section must be an object { ... }");
    refused(() -> settings.text("sizes"), 6, "run.sizes must be a text");
    refused(() -> settings.number("endless"), 11, "run.endless must be a number");
  }

  @Test
  void numbersOutOfRangeAreNamedWithFileAndLine() {
    refused(() -> settings.integerFrom(5, "single", 9), 7, "run.single must be at least 5");
    refused(
        () -> settings.numberBetween(0, 1, "share", 0),
        5,
        "run.share must be between 0.0 and 1.0, but is 1.5");
  }

  @Test
  void whatIsMissingIsNamedWithTheLineOfItsObject() {
    refused(() -> settings.text("missing"), 1, "run.missing is required (a text)");
    refused(() -> settings.value("missing"), 1, "run.missing is required");
    refused(() -> settings.text("nothing"), 12, "run.nothing is required (a text)");
  }

  @Test
  void unknownKeysAndNamesSayWhatIsNear() {
    refused(
        () -> {
          throw settings.unknownName("colour", List.of("red", "green"));
        },
        9,
        "did you mean red?");
    for (String key :
        List.of(
            "name", "half", "share", "sizes", "single", "flag", "colour", "section", "endless",
            "nothing", "counts")) {
      settings.has(key);
    }
    refused(settings::refuseUnknown, 3, "unknown key run.count, did you mean counts?");
  }

  @Test
  void absentAndNullTakeTheDefault() {
    assertThat(settings.integer("missing", 3)).isEqualTo(3);
    assertThat(settings.number("nothing", 0.5)).isEqualTo(0.5);
    assertThat(settings.text("missing", "x")).isEqualTo("x");
    assertThat(settings.flag("missing", true)).isTrue();
    assertThat(settings.section("missing").has("anything")).isFalse();
    assertThat(settings.values("single")).hasSize(1);
  }

  private void refused(ThrowingCallable reading, int line, String reason) {
    assertThatThrownBy(reading)
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ":" + line + ": ")
        .hasMessageContaining(reason);
  }
}
