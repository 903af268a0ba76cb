package dev.secant.sweep;

import com.typesafe.config.ConfigUtil;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** JSON with one text for one meaning: sorted keys, no spaces, 1 and 1.0 the same number. */
final class CanonicalJson {
  private CanonicalJson() {}

  /** Maps, lists, texts, booleans, numbers and {@link Absent#NONE}, which is written as null. */
  static String write(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> sorted = new TreeMap<>();
      map.forEach((key, entry) -> sorted.put((String) key, entry));
      return sorted.entrySet().stream()
          .map(entry -> ConfigUtil.quoteString(entry.getKey()) + ":" + write(entry.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(CanonicalJson::write).collect(Collectors.joining(",", "[", "]"));
    }
    if (value instanceof Integer || value instanceof Long) {
      return value.toString();
    }
    if (value instanceof Number number) {
      return decimal(number.doubleValue());
    }
    if (value instanceof Boolean) {
      return value.toString();
    }
    if (value == Absent.NONE) {
      return "null";
    }
    if (value instanceof String text) {
      return ConfigUtil.quoteString(text);
    }
    throw new IllegalArgumentException("no JSON for " + value.getClass());
  }

  /**
   * The fewest digits that read back as the same double. Not Double.toString, whose digits differ
   * between JDK 17 and 19.
   */
  private static String decimal(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
      return Long.toString((long) value);
    }
    BigDecimal exact = new BigDecimal(value);
    BigDecimal shortest = exact;
    for (int digits = 17; digits >= 1; digits--) {
      BigDecimal rounded = exact.round(new MathContext(digits));
      if (rounded.doubleValue() != value) {
        break;
      }
      shortest = rounded;
    }
    return shortest.stripTrailingZeros().toString();
  }

  /** Stands for a setting that is not set. */
  enum Absent {
    NONE
  }
}
