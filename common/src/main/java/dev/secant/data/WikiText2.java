package dev.secant.data;

import dev.secant.config.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * WikiText-2 as word tokens (Merity, Xiong, Bradbury, Socher, "Pointer sentinel mixture models",
 * 2016): lines split at white space, each ended by {@code <eos>}. Words are numbered in order of
 * first appearance over the train, valid and test files, as in PyTorch's {@code
 * word_language_model} example; the vocabulary is that of the whole files whatever the limits.
 *
 * @param window tokens a sample
 * @param tokens training tokens used, from the start; 0 for all
 * @param validationTokens validation tokens used, from the start; 0 for all
 */
record WikiText2(int window, int tokens, int validationTokens) implements DatasetSource {
  static final String TYPE = "wikitext-2";

  private static final String END = "<eos>";

  static WikiText2 parse(Settings settings, double unused) {
    return new WikiText2(
        settings.integerFrom(1, "window", 32),
        settings.integerFrom(0, "tokens", 0),
        settings.integerFrom(0, "validation-tokens", 0));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("window", window);
    settings.put("tokens", tokens);
    settings.put("validation-tokens", validationTokens);
    return settings;
  }

  @Override
  public Dataset load(Path root) {
    Path folder = DataFiles.folder(root, TYPE, "train.txt, valid.txt and test.txt");
    Map<String, Integer> vocabulary = new HashMap<>();
    Path trainFile = file(folder, "train");
    Path validFile = file(folder, "valid");
    int[] train = limited(read(trainFile, vocabulary), tokens, "tokens", trainFile);
    int[] validation =
        limited(read(validFile, vocabulary), validationTokens, "validation-tokens", validFile);
    // The test text is never learned from; its words only count for the vocabulary.
    read(file(folder, "test"), vocabulary);
    return new TokenWindows(new Task.Language(vocabulary.size(), window), train, validation);
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

  private int[] limited(int[] all, int limit, String option, Path file) {
    if (limit > all.length) {
      throw DataFiles.wrong(file, "holds " + all.length + " tokens, but " + option + " = " + limit);
    }
    int used = limit == 0 ? all.length : limit;
    if (used <= window) {
      throw DataFiles.wrong(
          file,
          used
              + " tokens in use; expected more than one window of "
              + window
              + " ("
              + option
              + ")");
    }
    return Arrays.copyOf(all, used);
  }

  private static int[] read(Path file, Map<String, Integer> vocabulary) {
    int[] tokens = new int[1 << 16];
    int count = 0;
    List<String> words = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        words.clear();
        split(line, words);
        words.add(END);
        if (count + words.size() > tokens.length) {
          tokens = Arrays.copyOf(tokens, 2 * (count + words.size()));
        }
        for (String word : words) {
          Integer index = vocabulary.get(word);
          if (index == null) {
            index = vocabulary.size();
            vocabulary.put(word, index);
          }
          tokens[count++] = index;
        }
      }
    } catch (CharacterCodingException e) {
      throw DataFiles.wrong(file, "is not UTF-8 text");
    } catch (IOException e) {
      throw DataFiles.unreadable(file, e);
    }
    return Arrays.copyOf(tokens, count);
  }

  private static void split(String line, List<String> words) {
    int start = -1;
    for (int i = 0; i <= line.length(); i++) {
      if (i == line.length() || isSpace(line.charAt(i))) {
        if (start >= 0) {
          words.add(line.substring(start, i));
        }
        start = -1;
      } else if (start < 0) {
        start = i;
      }
    }
  }

  /** White space as Python's {@code str.split} knows it, so that the counts are the published. */
  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }
}
