package dev.secant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTest {
  @TempDir Path root;

  @Test
  void numbersCharactersByCodePointAndHoldsOutTheEnd() throws IOException {
    // newline=0 a=1 b=2 é=3 and the violin, two units of UTF-16, 4.
    Files.writeString(root.resolve("a.txt"), "ba\né𝄞abab");
    Dataset data = load(Map.of("window", 2, "validation-fraction", 0.4));
    assertThat(data.task()).isEqualTo(new Task.Language(5, 2));
    Batch train = Reading.train(data, data.trainSize());
    assertThat(Reading.tokens(train)).containsExactly(2, 1, 0, 3);
    assertThat(Reading.targets(train)).containsExactly(1, 0, 3, 4);
    data = load(Map.of("window", 1, "validation-fraction", 0.4));
    assertThat(Reading.tokens(Reading.train(data, data.trainSize()))).containsExactly(2, 1, 0, 3);
    assertThat(Reading.tokens(Reading.validation(data))).containsExactly(1, 2, 1);
    assertThat(Reading.targets(Reading.validation(data))).containsExactly(2, 1, 2);
  }

  @Test
  void theVocabularyIsThatOfTheWholeTextWhateverTheLimit() throws IOException {
    Files.writeString(root.resolve("a.txt"), "cacacaca-z");
    Dataset data = load(Map.of("window", 1, "tokens", 8, "validation-fraction", 0.25));
    assertThat(data.task().classes()).isEqualTo(4);
    assertThat(Reading.tokens(Reading.train(data, data.trainSize())))
        .containsExactly(2, 1, 2, 1, 2);
    assertThat(Reading.targets(Reading.validation(data))).containsExactly(1);
  }

  @Test
  void aFolderIsOneTextInTheOrderOfItsFileNames() throws IOException {
    Path plays = Files.createDirectories(root.resolve("plays"));
    Files.writeString(plays.resolve("b.txt"), "bb");
    Files.writeString(plays.resolve("a.txt"), "aa");
    Files.writeString(plays.resolve("README.md"), "zz");
    Map<String, Object> options = Map.of("path", "plays", "window", 1, "validation-fraction", 0);
    Dataset data = Reading.load(root, "text", options);
    assertThat(data.task().classes()).isEqualTo(2);
    assertThat(Reading.tokens(Reading.train(data, 3))).containsExactly(0, 0, 1);
    assertThat(data.validationSize()).isZero();
  }

  @Test
  void refusesWhatIsMissingDamagedOrTooShort() throws IOException {
    assertRefused(Map.of(), "a.txt", "no such file or folder");
    Path file = root.resolve("a.txt");
    Files.writeString(file, "abcdef");
    assertRefused(Map.of("window", 6), "a.txt", "6 tokens in use", "window of 6");
    assertRefused(Map.of("window", 5), "5 characters for training and 1 held out", "window of 5");
    assertRefused(Map.of("tokens", 7), "holds 6 tokens, but tokens = 7");
    Files.writeString(file, "");
    assertRefused(Map.of(), "0 tokens in use");
    byte[] bytes = "abcdefgh\u00e9".getBytes(StandardCharsets.UTF_8);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertRefused(Map.of("window", 1), "a.txt", "is not UTF-8 text");
    // Half a surrogate pair, written as UTF-8 would write a character.
    Files.write(file, new byte[] {'a', (byte) 0xED, (byte) 0xA0, (byte) 0x80, 'b'});
    assertRefused(Map.of("window", 1), "a.txt", "is not UTF-8 text");
    Files.createDirectories(root.resolve("plays"));
    assertRefused(Map.of("path", "plays"), "plays", "holds no .txt files");
  }

  @Test
  void readsTinyShakespeare() {
    Path real = Reading.realData();
    Dataset data =
        Reading.load(real, "text", Map.of("path", "tinyshakespeare/input.txt", "window", 1));
    assertThat(data.task()).isEqualTo(new Task.Language(65, 1));
    assertThat(data.trainSize()).isEqualTo(1_003_855 - 1);
    assertThat(data.validationSize()).isEqualTo(111_539 - 1);
    // "First", with newline 0, space 1 and so on, as nanoGPT's prepare.py numbers it.
    assertThat(Reading.tokens(Reading.train(data, 5))).containsExactly(18, 47, 56, 57, 58);
  }

  private Dataset load(Map<String, ?> options) {
    return Reading.load(root, "text", with(options));
  }

  private void assertRefused(Map<String, ?> options, String... parts) {
    assertThatThrownBy(() -> load(options))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts);
  }

  private static Map<String, Object> with(Map<String, ?> options) {
    Map<String, Object> all = new TreeMap<>(options);
    all.putIfAbsent("path", "a.txt");
    return all;
  }
}
