package dev.secant.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The words of text files, numbered in order of first appearance. A file is read line by line, once
 * to count and once to number its words: 500 MB of text need no more memory than their numbers and
 * their different words.
 */
final class Words {
  static final String UNKNOWN = "<unk>";

  private static final String END = "<eos>";

  private final Map<String, Word> words = new LinkedHashMap<>();
  private boolean closed;

  /** Different words. */
  int size() {
    return words.size();
  }

  /** Takes up the words of a file and returns how many words it has. */
  long count(Path file) {
    long[] count = new long[1];
    read(
        file,
        word -> {
          word(word).occurrences++;
          count[0]++;
          return true;
        });
    return count[0];
  }

  /**
   * Keeps {@code <unk>}, as number 0, and the most frequent others, the most frequent first and
   * equals in order of first appearance. Every other word, also one yet to come, counts as {@code
   * <unk>} from here on.
   *
   * @param size the words kept, with {@code <unk>}
   * @param file where the words come from, for the message where there are too few
   */
  void keepMostFrequent(int size, Path file) {
    Word unknown = word(UNKNOWN);
    if (size > words.size()) {
      throw DataFiles.wrong(
          file, "holds " + words.size() + " different words, but vocabulary = " + size);
    }
    words.remove(UNKNOWN);
    List<Map.Entry<String, Word>> kept =
        words.entrySet().stream()
            .sorted(Comparator.comparingLong(entry -> -entry.getValue().occurrences))
            .limit(size - 1)
            .toList();
    words.clear();
    unknown.number = 0;
    words.put(UNKNOWN, unknown);
    for (Map.Entry<String, Word> entry : kept) {
      entry.getValue().number = words.size();
      words.put(entry.getKey(), entry.getValue());
    }
    closed = true;
  }

  /** The numbers of a file's first words. */
  int[] numbers(Path file, int count) {
    int[] numbers = new int[count];
    int[] next = new int[1];
    read(
        file,
        word -> {
          numbers[next[0]++] = word(word).number;
          return next[0] < count;
        });
    return numbers;
  }

  private Word word(String text) {
    Word word = words.get(text);
    if (word == null && closed) {
      return words.get(UNKNOWN);
    }
    if (word == null) {
      word = new Word();
      word.number = words.size();
      words.put(text, word);
    }
    return word;
  }

  /** Hands over word after word, and an end after each line, until one is answered with false. */
  private static void read(Path file, Predicate<String> reader) {
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!split(line, reader) || !reader.test(END)) {
          return;
        }
      }
    } catch (CharacterCodingException e) {
      throw DataFiles.wrong(file, "is not UTF-8 text");
    } catch (IOException e) {
      throw DataFiles.unreadable(file, e);
    }
  }

  private static boolean split(String line, Predicate<String> reader) {
    int start = -1;
    for (int i = 0; i <= line.length(); i++) {
      if (i == line.length() || isSpace(line.charAt(i))) {
        if (start >= 0 && !reader.test(line.substring(start, i))) {
          return false;
        }
        start = -1;
      } else if (start < 0) {
        start = i;
      }
    }
    return true;
  }

  /** White space as Python's {@code str.split} knows it, so that the counts are the published. */
  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  /** Counted and numbered in place: boxed numbers would be made anew for every word read. */
  private static final class Word {
    int number;
    long occurrences;
  }
}
