package dev.secant.job;

import dev.secant.table.Column;
import dev.secant.table.Table;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopStreams;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;

/**
 * Rows of one table and one trial as a Parquet file, such as Spark would write it: the id is in the
 * folder's name and not in the file. Without a Spark job, which takes longer than the writing.
 */
final class ParquetRows {
  /** Where Spark looks for its own view of the columns, comments included. */
  private static final String SPARK_SCHEMA = "org.apache.spark.sql.parquet.row.metadata";

  private ParquetRows() {}

  /**
   * Writes a file that is visible when it is whole.
   *
   * @param table whose first column is the trial's id
   * @param rows values in the order of its columns, the id first
   */
  static void write(FileSystem files, Path whole, Table table, Iterable<Object[]> rows)
      throws IOException {
    WholeFile.write(
        files,
        whole,
        out -> {
          try (ParquetWriter<Object[]> writer =
              new Builder(new Open(out), table).withConf(files.getConf()).build()) {
            for (Object[] row : rows) {
              writer.write(row);
            }
          }
        });
  }

  /** A file that is open already. */
  private record Open(FSDataOutputStream out) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSizeHint) {
      return HadoopStreams.wrap(out);
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) {
      return create(blockSizeHint);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }

  private static final class Builder extends ParquetWriter.Builder<Object[], Builder> {
    private final Table table;

    Builder(OutputFile file, Table table) {
      super(file);
      this.table = table;
      withCompressionCodec(CompressionCodecName.SNAPPY);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<Object[]> getWriteSupport(Configuration configuration) {
      return new Rows(table);
    }
  }

  private static final class Rows extends WriteSupport<Object[]> {
    private final Table table;
    private final List<Column> columns;
    private RecordConsumer consumer;

    Rows(Table table) {
      this.table = table;
      this.columns = table.columns().subList(1, table.columns().size());
    }

    @Override
    public WriteContext init(Configuration configuration) {
      MessageType schema =
          new MessageType("spark_schema", columns.stream().map(Rows::field).toList());
      return new WriteContext(schema, Map.of(SPARK_SCHEMA, Schemas.ofFiles(table).json()));
    }

    private static Type field(Column column) {
      Repetition repetition = column.nullable() ? Repetition.OPTIONAL : Repetition.REQUIRED;
      return switch (column.type()) {
        case TEXT ->
            Types.primitive(PrimitiveTypeName.BINARY, repetition)
                .as(LogicalTypeAnnotation.stringType())
                .named(column.name());
        case INTEGER -> Types.primitive(PrimitiveTypeName.INT32, repetition).named(column.name());
        case LONG -> Types.primitive(PrimitiveTypeName.INT64, repetition).named(column.name());
        case DOUBLE -> Types.primitive(PrimitiveTypeName.DOUBLE, repetition).named(column.name());
        case BOOLEAN -> Types.primitive(PrimitiveTypeName.BOOLEAN, repetition).named(column.name());
      };
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      this.consumer = consumer;
    }

    @Override
    public void write(Object[] row) {
      consumer.startMessage();
      for (int i = 0; i < columns.size(); i++) {
        Object value = row[i + 1];
        if (value != null) {
          Column column = columns.get(i);
          consumer.startField(column.name(), i);
          add(column, value);
          consumer.endField(column.name(), i);
        } else if (!columns.get(i).nullable()) {
          throw new IllegalArgumentException("no " + columns.get(i).name() + " in " + table.name());
        }
      }
      consumer.endMessage();
    }

    private void add(Column column, Object value) {
      switch (column.type()) {
        case TEXT -> consumer.addBinary(Binary.fromString((String) value));
        case INTEGER -> consumer.addInteger((Integer) value);
        case LONG -> consumer.addLong((Long) value);
        case DOUBLE -> consumer.addDouble((Double) value);
        case BOOLEAN -> consumer.addBoolean((Boolean) value);
      }
    }
  }
}
