package dev.secant.table;

import java.io.Serializable;

/** A record that becomes a row of a table. */
public interface TableRow extends Serializable {
  /** The row's values in the order of its table's columns; null where a number is not defined. */
  Object[] row(String trialId);
}
