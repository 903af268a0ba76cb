package dev.secant.data;

import dev.secant.config.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * Plain UTF-8 text, one token a character (a Unicode code point), numbered in ascending order of
 * the code points of the whole text. The end of the text is held out, as in char-rnn (Karpathy,
 * 2015). Nothing is taken away or replaced: a line's end is a character.
 *
 * @param path a file, or a folder whose {@code .txt} files are read in the order of their names as
 *     one text; under the data root
 * @param window characters a sample
 * @param tokens characters used, from the start; 0 for all
 * @param validationFraction share of the used characters, at their end, that is held out
 */
record Text(String path, int window, int tokens, double validationFraction)
    implements DatasetSource {
  static final String TYPE = "text";

  /** Has a default of its own: only so much is customary for text. */
  static Text parse(Settings settings, double unused) {
    return new Text(
        settings.text("path"),
        settings.integerFrom(1, "window", 64),
        settings.integerFrom(0, "tokens", 0),
        ImageOptions.validationFraction(settings, 0.1));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("path", path);
    settings.put("window", window);
    settings.put("tokens", tokens);
    settings.put("validation-fraction", validationFraction);
    return settings;
  }

  @Override
  public Optional<String> place() {
    return Optional.of(path);
  }

  @Override
  public Dataset load(Path root) {
    Path place = root.resolve(path);
    List<Path> files = files(place);
    BitSet characters = new BitSet();
    long[] available = new long[1];
    read(
        files,
        character -> {
          characters.set(character);
          available[0]++;
          return true;
        });
    int used = TokenWindows.limit(available[0], tokens, "tokens", window, place);
    int held = (int) Math.round(used * validationFraction);
    if (used - held <= window || (held > 0 && held <= window)) {
      throw DataFiles.wrong(
          place,
          String.format(
              "%d characters for training and %d held out (validation-fraction = %s);"
                  + " expected more than one window of %d in each",
              used - held, held, validationFraction, window));
    }
    int[] text = numbers(files, characters, used);
    return new TokenWindows(
        new Task.Language(characters.cardinality(), window),
        Arrays.copyOf(text, used - held),
        Arrays.copyOfRange(text, used - held, used));
  }

  private static int[] numbers(List<Path> files, BitSet characters, int count) {
    int[] number = new int[characters.length()];
    int different = 0;
    for (int c = characters.nextSetBit(0); c >= 0; c = characters.nextSetBit(c + 1)) {
      number[c] = different++;
    }
    int[] text = new int[count];
    int[] next = new int[1];
    read(
        files,
        character -> {
          text[next[0]++] = number[character];
          return next[0] < count;
        });
    return text;
  }

  private static List<Path> files(Path place) {
    if (Files.isRegularFile(place)) {
      return List.of(place);
    }
    if (!Files.isDirectory(place)) {
      throw DataFiles.wrong(
          place, "no such file or folder; expected UTF-8 text (path, under data.root)");
    }
    try (Stream<Path> inside = Files.list(place)) {
      List<Path> files = inside.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
      if (files.isEmpty()) {
        throw DataFiles.wrong(place, "holds no .txt files");
      }
      return files;
    } catch (IOException e) {
      throw DataFiles.unreadable(place, e);
    }
  }

  /** Hands over character after character until one is answered with false. */
  private static void read(List<Path> files, IntPredicate reader) {
    for (Path file : files) {
      try (BufferedReader stream = Files.newBufferedReader(file)) {
        for (int unit = stream.read(); unit >= 0; unit = stream.read()) {
          // Strict decoding lets no surrogate stand alone.
          int character =
              Character.isHighSurrogate((char) unit)
                  ? Character.toCodePoint((char) unit, (char) stream.read())
                  : unit;
          if (!reader.test(character)) {
            return;
          }
        }
      } catch (CharacterCodingException e) {
        throw DataFiles.wrong(file, "is not UTF-8 text");
      } catch (IOException e) {
        throw DataFiles.unreadable(file, e);
      }
    }
  }
}
