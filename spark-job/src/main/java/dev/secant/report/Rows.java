package dev.secant.report;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * A table of the report.
 *
 * @param rows the values in the order of the columns; null for nothing
 */
record Rows(List<String> columns, List<List<Object>> rows) {
  static final Rows NONE = new Rows(List.of(), List.of());

  /** These columns of Spark's rows. */
  static Rows of(List<String> columns, List<Row> rows) {
    return new Rows(
        columns,
        rows.stream()
            .map(
                row -> {
                  List<Object> values = new ArrayList<>();
                  columns.forEach(column -> values.add(row.getAs(column)));
                  return values;
                })
            .toList());
  }
}
