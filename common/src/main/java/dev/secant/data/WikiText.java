package dev.secant.data;

import dev.secant.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * WikiText-2 and WikiText-103 as word tokens (Merity, Xiong, Bradbury, Socher, "Pointer sentinel
 * mixture models", 2016): lines split at white space, each ended by {@code <eos>}. Words are
 * numbered in order of first appearance over the train, valid and test files, as in PyTorch's
 * {@code word_language_model} example; the vocabulary is that of the whole files whatever the
 * limits on tokens.
 *
 * @param window tokens a sample
 * @param tokens training tokens used, from the start; 0 for all
 * @param validationTokens validation tokens used, from the start; 0 for all
 * @param vocabulary size of the vocabulary: {@code <unk>}, number 0, and the most frequent words of
 *     the training file, the most frequent first; all others become {@code <unk>}. 0 for all words
 */
record WikiText(String type, int window, int tokens, int validationTokens, int vocabulary)
    implements DatasetSource {
  static final String WIKITEXT_2 = "wikitext-2";
  static final String WIKITEXT_103 = "wikitext-103";

  static WikiText parse(Settings settings, double unused) {
    int vocabulary = settings.integerFrom(0, "vocabulary", 0);
    if (vocabulary == 1) {
      throw settings.error("vocabulary", "must be 0, for all words, or at least 2, but is 1");
    }
    return new WikiText(
        settings.type(),
        settings.integerFrom(1, "window", 32),
        settings.integerFrom(0, "tokens", 0),
        settings.integerFrom(0, "validation-tokens", 0),
        vocabulary);
  }

  @Override
  public SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("window", window);
    settings.put("tokens", tokens);
    settings.put("validation-tokens", validationTokens);
    // Left out where it changes nothing, so that trials older than this option keep their ids.
    if (vocabulary > 0) {
      settings.put("vocabulary", vocabulary);
    }
    return settings;
  }

  @Override
  public Optional<String> place() {
    return Optional.of(type);
  }

  @Override
  public Dataset load(Path root) {
    Path folder = DataFiles.folder(root, type, "train.txt, valid.txt and test.txt");
    Path trainFile = file(folder, "train");
    Path validFile = file(folder, "valid");
    Path testFile = file(folder, "test");
    Words words = new Words();
    long available = words.count(trainFile);
    if (vocabulary > 0) {
      words.keepMostFrequent(vocabulary, trainFile);
    }
    long validationAvailable = words.count(validFile);
    // The test text is never learned from; its words only count for the vocabulary.
    words.count(testFile);
    int used = TokenWindows.limit(available, tokens, "tokens", window, trainFile);
    int validationUsed =
        TokenWindows.limit(
            validationAvailable, validationTokens, "validation-tokens", window, validFile);
    return new TokenWindows(
        new Task.Language(words.size(), window),
        words.numbers(trainFile, used),
        words.numbers(validFile, validationUsed));
  }

  private static Path file(Path folder, String part) {
    Path renamed = folder.resolve(part + ".txt");
    Path published = folder.resolve("wiki." + part + ".tokens");
    if (Files.exists(renamed)) {
      return renamed;
    }
    if (Files.exists(published)) {
      return published;
    }
    throw DataFiles.wrong(
        folder, "holds neither " + renamed.getFileName() + " nor " + published.getFileName());
  }
}
