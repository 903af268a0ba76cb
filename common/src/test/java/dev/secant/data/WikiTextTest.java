package dev.secant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.secant.config.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WikiTextTest {
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
  void keepsTheMostFrequentWordsOfTheTrainingText() throws IOException {
    // d, c and <eos> stand three times, b twice, z and a once; q is nowhere in the training text.
    write("d c b d\nc z d b\n<unk> c a\n");
    Dataset data = Reading.load(root, "wikitext-2", Map.of("window", 3, "vocabulary", 5));
    assertThat(data.task()).isEqualTo(new Task.Language(5, 3));
    // <unk>=0 d=1 c=2 <eos>=3 b=4: equals in order of appearance.
    assertThat(Reading.tokens(Reading.train(data, 4)))
        .containsExactly(1, 2, 4, 1, 3, 2, 0, 1, 4, 3, 0, 2);
    assertThat(Reading.tokens(Reading.validation(data))).containsExactly(4, 0, 0);
    assertRefused(Map.of("vocabulary", 8), "train.txt", "holds 7 different words", "= 8");
    assertRefused(Map.of("vocabulary", 1), "vocabulary must be 0, for all words, or at least 2");
  }

  @Test
  void onlyALimitedVocabularyIsASettingThatTrialsAreToldApartBy() {
    assertThat(Reading.source("wikitext-2", Map.of()).settings())
        .containsOnlyKeys("window", "tokens", "validation-tokens");
    assertThat(Reading.source("wikitext-2", Map.of("vocabulary", 100)).settings())
        .containsEntry("vocabulary", 100);
  }

  @Test
  void readsWikiText103FromItsOwnFolder() throws IOException {
    write("a b");
    assertThatThrownBy(() -> Reading.load(root, "wikitext-103", Map.of()))
        .hasMessageContaining("wikitext-103: no such folder");
    Files.move(root.resolve("wikitext-2"), root.resolve("wikitext-103"));
    assertThat(Reading.load(root, "wikitext-103", Map.of("window", 1)).trainSize()).isEqualTo(2);
  }

  @Test
  void refusesWhatIsMissingDamagedOrTooShort() throws IOException {
    Path folder = write("a b c d e");
    assertRefused(Map.of("window", 32), "train.txt", "6 tokens", "window of 32");
    assertRefused(Map.of("window", 2, "tokens", 9), "holds 6 tokens, but tokens = 9");
    Files.write(folder.resolve("train.txt"), new byte[] {'a', (byte) 0xC3});
    assertRefused(Map.of(), "train.txt", "not UTF-8");
    Files.write(folder.resolve("train.txt"), new byte[0]);
    assertRefused(Map.of("window", 1), "train.txt", "0 tokens in use");
    Files.writeString(folder.resolve("train.txt"), "a b c d e");
    Files.write(folder.resolve("valid.txt"), new byte[] {(byte) 0x80});
    assertRefused(Map.of("window", 1), "valid.txt", "not UTF-8");
    Files.writeString(folder.resolve("valid.txt"), "b");
    assertRefused(Map.of("window", 2), "valid.txt", "2 tokens in use", "(validation-tokens)");
    Files.delete(folder.resolve("wiki.test.tokens"));
    assertRefused(Map.of("window", 1), "holds neither test.txt nor wiki.test.tokens");
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

  @Test
  void theMostFrequentWordsOfThePublishedFilesCoverMostOfThem() {
    Map<String, Object> options = Map.of("window", 1, "vocabulary", 10_000);
    Dataset data = Reading.load(Reading.realData(), "wikitext-2", options);
    assertThat(data.task()).isEqualTo(new Task.Language(10_000, 1));
    long[] validation = Reading.tokens(Reading.validation(data));
    assertThat(validation).hasSize(217_646 - 1);
    // Counted by Python's collections.Counter.
    assertThat(Arrays.stream(validation).filter(token -> token == 0).count()).isEqualTo(25_172);
  }

  @Test
  void readsThePublishedWikiText103() {
    Path real = Reading.realData();
    assumeTrue(Files.exists(real.resolve("wikitext-103")), "no wikitext-103 in SECANT_DATA");
    Dataset data = Reading.load(real, "wikitext-103", Map.of("window", 1));
    assertThat(data.task()).isEqualTo(new Task.Language(267_735, 1));
    assertThat(data.trainSize()).isEqualTo(103_227_021 - 1);
    assertThat(data.validationSize()).isEqualTo(217_646 - 1);
  }

  private void assertRefused(Map<String, Object> options, String... parts) {
    assertThatThrownBy(() -> Reading.load(root, "wikitext-2", options))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts);
  }
}
