package dev.secant.data;

import dev.secant.config.Settings;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Generated text of a probabilistic grammar of nested phrases:
 *
 * <pre>
 *   sentence -> noun-phrase verb-phrase [and verb-phrase] .
 *   noun-phrase(n) -> determiner(n) adjective* noun(n) [preposition noun-phrase]
 *       [that verb-phrase(n) , | that noun-phrase(m) verb(m) ,]
 *   verb-phrase(n) -> verb(n) [noun-phrase] [preposition noun-phrase]
 * </pre>
 *
 * <p>Determiner, noun and verb agree in number, also across a clause that stands between them.
 * Words are drawn by Zipf's law from their kind; sentences have a topic that tends to stay, and
 * nouns tend to the topic, verbs and adjectives to the noun. So there is something to be learned
 * from frequencies alone, more from the last token, and the rest only from what lies further back.
 *
 * @param vocabulary number of tokens
 * @param window tokens a sample
 * @param tokens tokens of the training text
 * @param validationTokens tokens of the validation text
 */
record Grammar(long seed, int vocabulary, int window, int tokens, int validationTokens)
    implements DatasetSource {
  static final String TYPE = "grammar";

  private static final int KIND = 3;
  private static final int TOPICS = 4;
  private static final int DEEPEST = 2;
  private static final int STOP = 0;
  private static final int COMMA = 1;
  private static final int THAT = 2;
  private static final int AND = 3;
  private static final int DETERMINERS = 4;
  private static final int PREPOSITIONS = 8;
  private static final int WORDS = 12;

  static Grammar parse(Settings settings, double unused) {
    int window = settings.integerFrom(1, "window", 32);
    int least = Math.addExact(window, 1);
    return new Grammar(
        settings.whole("seed", 0),
        settings.integerFrom(32, "vocabulary", 64),
        window,
        settings.integerFrom(least, "tokens", 100_000),
        settings.integerFrom(least, "validation-tokens", 10_000));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("seed", seed);
    settings.put("vocabulary", vocabulary);
    settings.put("window", window);
    settings.put("tokens", tokens);
    settings.put("validation-tokens", validationTokens);
    return settings;
  }

  @Override
  public Dataset load(Path root) {
    return new TokenWindows(
        new Task.Language(vocabulary, window), text(0, tokens), text(1, validationTokens));
  }

  private int[] text(int part, int count) {
    Writer writer =
        new Writer(
            RandomStream.at(seed, Purpose.GENERATED_DATA, KIND, part), vocabulary, new int[count]);
    while (!writer.full()) {
      writer.sentence();
    }
    return writer.text;
  }

  /** Writes sentences until its text is full; the last one is cut off. */
  private static final class Writer {
    private final RandomStream random;
    private final int[] text;
    private final int nouns;
    private final int verbs;
    private final int adjectives;
    private int length;
    private int topic;

    Writer(RandomStream random, int vocabulary, int[] text) {
      this.random = random;
      this.text = text;
      int words = vocabulary - WORDS;
      this.nouns = words * 2 / 5 / 2;
      this.verbs = words * 2 / 5 / 2;
      this.adjectives = words - 2 * nouns - 2 * verbs;
      this.topic = random.nextInt(TOPICS);
    }

    boolean full() {
      return length == text.length;
    }

    void sentence() {
      if (chance(0.3)) {
        topic = random.nextInt(TOPICS);
      }
      int number = random.nextInt(2);
      int noun = nounPhrase(number, 0);
      verbPhrase(number, noun, 0);
      if (chance(0.2)) {
        write(AND);
        verbPhrase(number, noun, 0);
      }
      write(STOP);
    }

    private int nounPhrase(int number, int depth) {
      int noun = zipf(nouns, topic, 0.75);
      write(DETERMINERS + 2 * number + random.nextInt(2));
      while (chance(0.3)) {
        write(WORDS + 2 * nouns + 2 * verbs + zipf(adjectives, noun % TOPICS, 0.6));
      }
      write(WORDS + 2 * noun + number);
      if (depth < DEEPEST && chance(0.2)) {
        preposition(noun, depth);
      }
      if (depth < DEEPEST && chance(0.25)) {
        write(THAT);
        if (chance(0.5)) {
          verbPhrase(number, noun, depth + 1);
        } else {
          int other = random.nextInt(2);
          verb(other, nounPhrase(other, depth + 1));
        }
        write(COMMA);
      }
      return noun;
    }

    private void verbPhrase(int number, int noun, int depth) {
      verb(number, noun);
      if (depth < DEEPEST && chance(0.6)) {
        nounPhrase(random.nextInt(2), depth + 1);
      }
      if (depth < DEEPEST && chance(0.2)) {
        preposition(noun, depth);
      }
    }

    private void verb(int number, int noun) {
      write(WORDS + 2 * nouns + 2 * zipf(verbs, noun % TOPICS, 0.7) + number);
    }

    private void preposition(int noun, int depth) {
      write(PREPOSITIONS + (chance(0.6) ? noun % 4 : random.nextInt(4)));
      nounPhrase(random.nextInt(2), depth + 1);
    }

    /**
     * A word with probability falling as one over its rank within its group; of one group where it
     * shall be.
     */
    private int zipf(int count, int group, double loyal) {
      boolean within = count >= TOPICS && chance(loyal);
      while (true) {
        int word = random.nextInt(count);
        boolean kept = random.nextDouble() * (word / TOPICS + 1) < 1;
        if (kept && (!within || word % TOPICS == group)) {
          return word;
        }
      }
    }

    private boolean chance(double probability) {
      return random.nextDouble() < probability;
    }

    private void write(int token) {
      if (length < text.length) {
        text[length++] = token;
      }
    }
  }
}
