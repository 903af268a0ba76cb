package dev.secant.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * One HOCON object read key by key. It remembers which keys were asked for, so that {@link
 * #refuseUnknown()} can name the ones that nobody knows, and says file and line in every error.
 */
public final class Settings {
  private final ConfigObject object;
  private final String path;
  private final Set<String> known = new TreeSet<>();

  private Settings(ConfigObject object, String path) {
    this.object = object;
    this.path = path;
  }

  /**
   * @param path where the object stands in its file, for messages: {@code secant.grid}
   */
  public static Settings of(ConfigObject object, String path) {
    return new Settings(object, path);
  }

  /** Settings made in Java, for tests and for reading a trial back from its JSON. */
  public static Settings of(Map<String, ?> values) {
    return new Settings(ConfigValueFactory.fromMap(values), "");
  }

  /**
   * A component as a sweep names it: either a bare name or an object with a {@code type}.
   *
   * @param value {@code mlp} or {@code {type: mlp, hidden: [512]}}
   */
  public static Settings component(ConfigValue value, String path) {
    if (value.valueType() == ConfigValueType.STRING) {
      Config config = ConfigFactory.empty().withValue("type", value);
      return new Settings(config.root().withOrigin(value.origin()), path);
    }
    if (value instanceof ConfigObject component) {
      return new Settings(component, path);
    }
    throw new InputException(
        at(value.origin())
            + path
            + " must be a name or an object with a type, but is "
            + value.render());
  }

  /** The type of a component, required. */
  public String type() {
    return text("type");
  }

  public boolean has(String key) {
    known.add(key);
    ConfigValue value = object.get(key);
    return value != null && value.valueType() != ConfigValueType.NULL;
  }

  public String text(String key) {
    return read(key, "a text", value -> asText(value));
  }

  public String text(String key, String otherwise) {
    return has(key) ? text(key) : otherwise;
  }

  public int integer(String key) {
    return read(key, "a whole number", Settings::asInteger);
  }

  public int integer(String key, int otherwise) {
    return has(key) ? integer(key) : otherwise;
  }

  /** A whole number that must not be smaller than {@code least}. */
  public int integerFrom(int least, String key, int otherwise) {
    int value = integer(key, otherwise);
    if (value < least) {
      throw error(key, "must be at least " + least + ", but is " + value);
    }
    return value;
  }

  public long whole(String key, long otherwise) {
    return has(key) ? read(key, "a whole number", Settings::asLong) : otherwise;
  }

  /** A size in memory, such as {@code 8GiB}, in bytes; above 0. */
  public long bytes(String key) {
    String text = text(key);
    try {
      long bytes = ConfigFactory.parseMap(Map.of("size", text)).getBytes("size");
      if (bytes > 0) {
        return bytes;
      }
    } catch (ConfigException e) {
      // Said below.
    }
    throw error(key, "must be a size such as 8GiB, but is " + text);
  }

  /** A time such as {@code 30 minutes}, above 0; empty for {@code none}. */
  public Optional<Duration> durationOrNone(String key) {
    String text = text(key);
    if (text.equals("none")) {
      return Optional.empty();
    }
    try {
      Duration duration = ConfigFactory.parseMap(Map.of("time", text)).getDuration("time");
      // A bare number would count milliseconds, which nobody means.
      if (duration.compareTo(Duration.ZERO) > 0 && !text.matches("[0-9.]+")) {
        return Optional.of(duration);
      }
    } catch (ConfigException e) {
      // Said below.
    }
    throw error(key, "must be a time with its unit, such as 30 minutes, or none, but is " + text);
  }

  public double number(String key) {
    return read(key, "a number", Settings::asNumber);
  }

  public double number(String key, double otherwise) {
    return has(key) ? number(key) : otherwise;
  }

  /** A finite number in {@code [least, most]}. */
  public double numberBetween(double least, double most, String key, double otherwise) {
    double value = number(key, otherwise);
    if (!(value >= least && value <= most)) {
      throw error(key, "must be between " + least + " and " + most + ", but is " + value);
    }
    return value;
  }

  /** A finite number above 0. */
  public double positive(String key, double otherwise) {
    double value = number(key, otherwise);
    if (value <= 0) {
      throw error(key, "must be above 0, but is " + value);
    }
    return value;
  }

  /** A finite number above 0, required. */
  public double positive(String key) {
    return positive(key, number(key));
  }

  public boolean flag(String key, boolean otherwise) {
    return has(key)
        ? read(
            key,
            "true or false",
            value ->
                switch (String.valueOf(value.unwrapped())) {
                  case "true", "yes", "on" -> true;
                  case "false", "no", "off" -> false;
                  default -> throw new IllegalArgumentException();
                })
        : otherwise;
  }

  public List<Integer> integers(String key, List<Integer> otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    List<Integer> values = new ArrayList<>();
    for (ConfigValue value : list(key)) {
      try {
        values.add(asInteger(value));
      } catch (IllegalArgumentException e) {
        throw error(key, "must be a list of whole numbers, but holds " + value.render());
      }
    }
    return List.copyOf(values);
  }

  /** The values of a list, or the one value as a list of one. */
  public List<ConfigValue> values(String key) {
    if (!has(key)) {
      throw error(key, "is required");
    }
    ConfigValue value = object.get(key);
    return value instanceof ConfigList list ? List.copyOf(list) : List.of(value);
  }

  /** The object under a key; an empty one where the key is absent. */
  public Settings section(String key) {
    if (!has(key)) {
      return new Settings(ConfigFactory.empty().root().withOrigin(object.origin()), path(key));
    }
    if (object.get(key) instanceof ConfigObject section) {
      return new Settings(section, path(key));
    }
    throw error(key, "must be an object { ... }, but is " + object.get(key).render());
  }

  /** The raw value under a key, which must be there. */
  public ConfigValue value(String key) {
    if (!has(key)) {
      throw error(key, "is required");
    }
    return object.get(key);
  }

  /** Refuses keys that no one asked for, naming the nearest one that exists. */
  public void refuseUnknown() {
    for (String key : new TreeSet<>(object.keySet())) {
      if (!known.contains(key)) {
        throw new InputException(
            at(object.get(key).origin())
                + "unknown key "
                + path(key)
                + nearest(key, known)
                + "; known here: "
                + String.join(", ", known));
      }
    }
  }

  /** An error about a key whose text names none of the things that exist, to be thrown. */
  public InputException unknownName(String key, Collection<String> names) {
    String name = text(key);
    return error(
        key,
        "is "
            + name
            + ", which is not known"
            + nearest(name, names)
            + "; known: "
            + String.join(", ", new TreeSet<>(names)));
  }

  /** An error about one key, to be thrown: says file, line, the key's path and the reason. */
  public InputException error(String key, String reason) {
    ConfigValue value = object.get(key);
    ConfigOrigin origin = value == null ? object.origin() : value.origin();
    return new InputException(at(origin) + path(key) + " " + reason);
  }

  /** An error about the whole object. */
  public InputException error(String reason) {
    return new InputException(at(object.origin()) + path + " " + reason);
  }

  private <T> T read(String key, String kind, Function<ConfigValue, T> as) {
    if (!has(key)) {
      throw error(key, "is required (" + kind + ")");
    }
    ConfigValue value = object.get(key);
    try {
      return as.apply(value);
    } catch (IllegalArgumentException | ConfigException e) {
      throw error(key, "must be " + kind + ", but is " + value.render());
    }
  }

  private ConfigList list(String key) {
    if (object.get(key) instanceof ConfigList list) {
      return list;
    }
    throw error(key, "must be a list [ ... ], but is " + object.get(key).render());
  }

  private String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static String asText(ConfigValue value) {
    return switch (value.valueType()) {
      case STRING, NUMBER, BOOLEAN -> String.valueOf(value.unwrapped());
      default -> throw new IllegalArgumentException();
    };
  }

  private static double asNumber(ConfigValue value) {
    double number = Double.parseDouble(asText(value));
    if (!Double.isFinite(number)) {
      throw new IllegalArgumentException();
    }
    return number;
  }

  private static int asInteger(ConfigValue value) {
    double number = asNumber(value);
    if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
      throw new IllegalArgumentException();
    }
    return (int) number;
  }

  private static long asLong(ConfigValue value) {
    return Long.parseLong(asText(value));
  }

  private static String nearest(String word, Collection<String> names) {
    return names.stream()
        .min(Comparator.comparingInt(name -> edits(word, name)))
        .filter(name -> edits(word, name) <= Math.max(2, name.length() / 3))
        .map(name -> ", did you mean " + name + "?")
        .orElse("");
  }

  /** Levenshtein's distance: letters to insert, delete or replace. */
  private static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }

  /** Where a value stands, as the start of a message: {@code "a.conf:3: "}, or nothing. */
  static String at(ConfigOrigin origin) {
    String description = origin.description();
    if (description.isEmpty() || description.startsWith("hardcoded")) {
      return "";
    }
    if (origin.filename() != null && origin.lineNumber() > 0) {
      return origin.filename() + ":" + origin.lineNumber() + ": ";
    }
    // An object put together from several places names them all, the strongest first.
    String first = description.replaceFirst("^merge of ([^,]*),.*", "$1");
    if (first.startsWith("--set ")) {
      return first.replaceFirst(": \\d+$", "") + ": ";
    }
    return first.replaceFirst(": (\\d+)$", ":$1") + ": ";
  }
}
