package dev.secant.table;

/**
 * @param name in snake_case
 * @param comment what it holds, with its unit
 */
public record Column(String name, ColumnType type, boolean nullable, String comment) {}
