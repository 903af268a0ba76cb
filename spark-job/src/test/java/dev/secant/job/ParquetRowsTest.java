package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.table.Column;
import dev.secant.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against the files that Spark writes of the same rows. */
class ParquetRowsTest {
  private static final String COLUMNS = "org.apache.spark.sql.parquet.row.metadata";
  private static SparkSession spark;
  @TempDir Path temp;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder().master("local[1]").config("spark.ui.enabled", "false").getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  static Stream<Table> tables() {
    return Output.TABLES.stream();
  }

  @ParameterizedTest
  @MethodSource("tables")
  void aFileIsAsSparkWouldWriteIt(Table table) throws Exception {
    List<Object[]> rows = rows(table);

    write(table, rows);
    spark
        .createDataFrame(
            rows.stream().map(row -> RowFactory.create(withoutId(row))).toList(),
            Schemas.ofFiles(table))
        .coalesce(1)
        .write()
        .parquet(temp.resolve("spark").toString());

    FileMetaData ours = footer(file());
    FileMetaData theirs = footer(onlyFile(temp.resolve("spark")));
    assertThat(ours.getSchema()).isEqualTo(theirs.getSchema());
    assertThat(ours.getKeyValueMetaData())
        .containsEntry(COLUMNS, theirs.getKeyValueMetaData().get(COLUMNS));
    assertThat(read(file())).isEqualTo(read(temp.resolve("spark"))).hasSize(rows.size());
  }

  @Test
  void aTableWithoutRowsStillHasItsColumns() throws Exception {
    Table table = Output.TABLES.get(0);

    write(table, List.of());

    assertThat(spark.read().parquet(file().toString()).columns())
        .containsExactly(Schemas.ofFiles(table).fieldNames());
  }

  @Test
  void writingAgainReplacesTheFile() throws Exception {
    Table table = Output.TABLES.get(0);
    write(table, rows(table));

    write(table, rows(table).subList(0, 3));

    assertThat(read(file())).hasSize(3);
    assertThat(temp).isDirectoryNotContaining(path -> !path.equals(file()));
  }

  @Test
  void aWriteThatFailsLeavesWhatWasThere() throws Exception {
    Table table = Output.TABLES.get(0);
    write(table, rows(table));
    Object[] broken = rows(table).get(0).clone();
    broken[1] = null;

    assertThatThrownBy(() -> write(table, List.<Object[]>of(broken)))
        .hasMessageContaining("no reference in steps");

    assertThat(read(file())).hasSize(rows(table).size());
    assertThat(temp).isDirectoryNotContaining(path -> !path.equals(file()));
  }

  private void write(Table table, List<Object[]> rows) throws IOException {
    Output output = new Output(temp.toString(), new Configuration());
    ParquetRows.write(
        output.files(), new org.apache.hadoop.fs.Path(file().toString()), table, rows);
  }

  private Path file() {
    return temp.resolve("part-00000.parquet");
  }

  /** Rows of every type's values, with nulls where a column may have them. */
  private static List<Object[]> rows(Table table) {
    Random random = new Random(1);
    List<Object[]> rows = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      rows.add(table.columns().stream().map(column -> value(column, random)).toArray());
    }
    return rows;
  }

  private static Object value(Column column, Random random) {
    if (column.nullable() && random.nextInt(4) == 0) {
      return null;
    }
    return switch (column.type()) {
      case TEXT -> "größe " + random.nextInt(5);
      case INTEGER -> random.nextInt();
      case LONG -> random.nextLong();
      case DOUBLE -> random.nextGaussian() * Math.pow(10, random.nextInt(600) - 300);
      case BOOLEAN -> random.nextBoolean();
    };
  }

  private static Object[] withoutId(Object[] row) {
    return Arrays.copyOfRange(row, 1, row.length);
  }

  private static List<Row> read(Path path) {
    return spark.read().parquet(path.toString()).collectAsList();
  }

  private static Path onlyFile(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(path -> path.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
  }

  private static FileMetaData footer(Path file) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(
            HadoopInputFile.fromPath(
                new org.apache.hadoop.fs.Path(file.toString()), new Configuration()))) {
      return reader.getFooter().getFileMetaData();
    }
  }
}
