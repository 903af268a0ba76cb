package dev.secant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WikiText2Test {
  @TempDir Path root;

  private Path write(String train) throws IOException {
    Path folder = Files.createDirectories(root.resolve("wikitext-2"));
    Files.writeString(folder.resolve("train.txt"), train);
    Files.writeString(folder.resolve("valid.txt"), "b z a\n");
    Files.writeString(folder.resolve("wiki.test.tokens"), "q\n");
    return folder;
  }

  @Test
  void numbersWordsInOrderOfAppearanceAndAsksForTheNext() throws IOException {
    // a=0 b=1 <eos>=2 <unk>=3; the empty line is an <eos> alone.
    write(" a b \n\n a <unk> a \n b");
    Dataset data = Reading.load(root, "wikitext-2", Map.of("window", 3));
    assertThat(data.task()).isEqualTo(new Task.Language(6, 3));
    assertThat(data.trainSize()).isEqualTo(3);
    Batch train = Reading.train(data, 3);
    assertThat(Reading.tokens(train)).containsExactly(0, 1, 2, 2, 0, 3, 0, 2, 1);
    assertThat(Reading.targets(train)).containsExactly(1, 2, 2, 0, 3, 0, 2, 1, 2);
    Batch validation = Reading.validation(data);
    assertThat(Reading.tokens(validation)).containsExactly(1, 4, 0);
    assertThat(Reading.targets(validation)).containsExactly(4, 0, 2);
    assertThat(Reading.load(root, "wikitext-2", Map.of("window", 3, "tokens", 4)).trainSize())
        .isEqualTo(1);
  }

  @Test
  void refusesWhatIsMissingDamagedOrTooShort() throws IOException {
    Path folder = write("a b c d e");
    assertRefused(Map.of("window", 32), "train.txt", "6 tokens", "window of 32");
    assertRefused(Map.of("window", 2, "tokens", 9), "holds 6 tokens, but tokens = 9");
    Files.write(folder.resolve("train.txt"), new byte[] {'a', (byte) 0xC3});
    assertRefused(Map.of(), "train.txt", "not UTF-8");
    Files.delete(folder.resolve("train.txt"));
    assertRefused(Map.of(), "holds neither train.txt nor wiki.train.tokens");
  }

  @Test
  void readsThePublishedFiles() {
    Dataset data = Reading.load(Reading.realData(), "wikitext-2", Map.of("window", 1));
    assertThat(data.task()).isEqualTo(new Task.Language(33_278, 1));
    // The last token is nothing but a target.
    assertThat(data.trainSize()).isEqualTo(2_088_628 - 1);
    assertThat(data.validationSize()).isEqualTo(217_646 - 1);
  }

  private void assertRefused(Map<String, Object> options, String... parts) {
    assertThatThrownBy(() -> Reading.load(root, "wikitext-2", options))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts);
  }
}
