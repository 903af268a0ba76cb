package dev.secant.table;

import java.util.List;

/** A table's name and columns: the schema, without knowing who writes it. */
public record Table(String name, List<Column> columns) {
  public Table {
    columns = List.copyOf(columns);
  }
}
