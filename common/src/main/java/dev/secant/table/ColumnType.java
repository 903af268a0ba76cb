package dev.secant.table;

/** The types that tables are made of. */
public enum ColumnType {
  TEXT,
  INTEGER,
  LONG,
  DOUBLE,
  BOOLEAN
}
