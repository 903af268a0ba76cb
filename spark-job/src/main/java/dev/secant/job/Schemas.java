package dev.secant.job;

import dev.secant.table.Column;
import dev.secant.table.Table;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Spark's view of a {@link Table}; comments are kept in the fields' metadata. */
public final class Schemas {
  private Schemas() {}

  /** The schema of a whole table. */
  public static StructType of(Table table) {
    return new StructType(table.columns().stream().map(Schemas::field).toArray(StructField[]::new));
  }

  /** The schema of its files: without {@code trial_id}, which is in their folder's name. */
  static StructType ofFiles(Table table) {
    return new StructType(
        table.columns().stream()
            .filter(column -> !column.name().equals("trial_id"))
            .map(Schemas::field)
            .toArray(StructField[]::new));
  }

  private static StructField field(Column column) {
    return new StructField(
        column.name(),
        type(column),
        column.nullable(),
        new MetadataBuilder().putString("comment", column.comment()).build());
  }

  private static DataType type(Column column) {
    return switch (column.type()) {
      case TEXT -> DataTypes.StringType;
      case INTEGER -> DataTypes.IntegerType;
      case LONG -> DataTypes.LongType;
      case DOUBLE -> DataTypes.DoubleType;
      case BOOLEAN -> DataTypes.BooleanType;
    };
  }
}
