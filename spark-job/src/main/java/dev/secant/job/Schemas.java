package dev.secant.job;

import dev.secant.table.Column;
import dev.secant.table.Table;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Tables as Spark schemas; a column's comment travels in the Parquet file. */
public final class Schemas {
  private Schemas() {}

  /** All columns, as a query sees them. */
  public static StructType of(Table table) {
    return of(table.columns());
  }

  /** The columns inside a file: all but {@code trial_id}, which is in the path. */
  static StructType inFile(Table table) {
    return of(table.columns().subList(1, table.columns().size()));
  }

  private static StructType of(List<Column> columns) {
    StructType schema = new StructType();
    for (Column column : columns) {
      schema =
          schema.add(
              new StructField(column.name(), type(column), column.nullable(), Metadata.empty())
                  .withComment(column.comment()));
    }
    return schema;
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
