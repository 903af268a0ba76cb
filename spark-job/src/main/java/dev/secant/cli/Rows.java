package dev.secant.cli;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/** Spark's rows as lists. */
final class Rows {
  private Rows() {}

  static List<Object> values(Row row) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < row.length(); i++) {
      values.add(row.get(i));
    }
    return values;
  }
}
