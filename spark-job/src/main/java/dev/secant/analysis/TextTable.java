package dev.secant.analysis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Rows aligned for a terminal: numbers to the right, texts to the left. */
public final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();

  public TextTable(List<String> header) {
    rows.add(List.copyOf(header));
  }

  public void add(List<String> row) {
    rows.add(List.copyOf(row));
  }

  @Override
  public String toString() {
    int columns = rows.get(0).size();
    List<Integer> widths = new ArrayList<>(Collections.nCopies(columns, 0));
    List<Boolean> numeric = new ArrayList<>(Collections.nCopies(columns, rows.size() > 1));
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths.set(i, Math.max(widths.get(i), row.get(i).length()));
        if (row != rows.get(0) && !row.get(i).matches("[-+]?[0-9].*|-|")) {
          numeric.set(i, false);
        }
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String space = " ".repeat(widths.get(i) - row.get(i).length());
        line.append(i == 0 ? "" : "  ")
            .append(numeric.get(i) ? space + row.get(i) : row.get(i) + space);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
