package dev.secant.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rows as text: aligned columns or an HTML table for people, CSV for programs. */
public final class TextTable {
  private final List<String> names;
  private final List<List<Object>> rows = new ArrayList<>();

  public TextTable(List<String> names) {
    this.names = List.copyOf(names);
  }

  /**
   * @param values one a column; null for nothing
   */
  public TextTable add(List<?> values) {
    rows.add(new ArrayList<>(values));
    return this;
  }

  /** Columns as wide as their widest value; numbers to the right, with four digits that count. */
  public String aligned() {
    List<List<String>> cells = new ArrayList<>();
    int[] widths = new int[names.size()];
    boolean[] right = new boolean[names.size()];
    for (List<Object> row : rows) {
      List<String> line = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        right[i] |= row.get(i) instanceof Number;
        line.add(brief(row.get(i)));
      }
      cells.add(line);
    }
    cells.add(0, names);
    for (List<String> line : cells) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : cells) {
      StringBuilder out = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String pad = " ".repeat(widths[i] - line.get(i).length());
        out.append(i == 0 ? "" : "  ").append(right[i] ? pad + line.get(i) : line.get(i) + pad);
      }
      text.append(out.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /** A {@code table} element; values as in {@link #aligned()}. */
  public String html() {
    StringBuilder text = new StringBuilder("<table>\n<tr>");
    names.forEach(name -> text.append("<th>").append(escaped(name)).append("</th>"));
    text.append("</tr>\n");
    for (List<Object> row : rows) {
      text.append("<tr>");
      row.forEach(
          value ->
              text.append(value instanceof Number ? "<td align=\"right\">" : "<td>")
                  .append(escaped(brief(value)))
                  .append("</td>"));
      text.append("</tr>\n");
    }
    return text.append("</table>\n").toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** RFC 4180, with a header; every digit of every number, nothing for null. */
  public String csv() {
    StringBuilder text = new StringBuilder();
    text.append(String.join(",", names.stream().map(TextTable::quoted).toList())).append('\n');
    for (List<Object> row : rows) {
      text.append(
              String.join(
                  ",",
                  row.stream()
                      .map(value -> value == null ? "" : quoted(String.valueOf(value)))
                      .toList()))
          .append('\n');
    }
    return text.toString();
  }

  private static String quoted(String value) {
    return value.matches("(?s).*[\",\\r\\n].*") ? "\"" + value.replace("\"", "\"\"") + "\"" : value;
  }

  private static String brief(Object value) {
    if (value == null) {
      return "-";
    }
    if (value instanceof Double || value instanceof Float) {
      return brief(((Number) value).doubleValue());
    }
    return String.valueOf(value);
  }

  private static String brief(double value) {
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < 1e6) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    if (size >= 1e5 || size < 1e-4) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    int digits = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
