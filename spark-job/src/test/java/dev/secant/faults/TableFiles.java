package dev.secant.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.schema.Type;

/**
 * The rows of an output as its files hold them, read without Spark and without Secant: every row of
 * every visible file, those that nobody committed and those that are there twice, too.
 */
final class TableFiles {
  private static final List<String> TABLES =
      List.of("trials", "steps", "epochs", "probes", "lags", "layers");

  /** How long something took is never the same twice. */
  private static final Set<String> TIMES =
      Set.of("record_seconds", "replay_seconds", "data_wait_share");

  private TableFiles() {}

  /** The rows of each table as text, sorted. */
  static Map<String, List<String>> read(Path output) throws IOException {
    Map<String, List<String>> tables = new TreeMap<>();
    for (String table : TABLES) {
      tables.put(table, rows(output, table));
    }
    return tables;
  }

  static List<String> rows(Path output, String table) throws IOException {
    List<String> rows = new ArrayList<>();
    Path folder = output.resolve(table);
    if (!Files.isDirectory(folder)) {
      return rows;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(TableFiles::isVisible).toList()) {
        read(file, rows);
      }
    }
    rows.sort(null);
    return rows;
  }

  private static boolean isVisible(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".parquet") && !name.startsWith("_") && !name.startsWith(".");
  }

  private static void read(Path file, List<String> rows) throws IOException {
    try (ParquetReader<Group> reader =
        ParquetReader.builder(
                new GroupReadSupport(), new org.apache.hadoop.fs.Path(file.toString()))
            .withConf(new Configuration(false))
            .build()) {
      for (Group row = reader.read(); row != null; row = reader.read()) {
        StringBuilder text = new StringBuilder(file.getParent().getFileName().toString());
        for (Type column : row.getType().getFields()) {
          String name = column.getName();
          if (!TIMES.contains(name)) {
            text.append(' ').append(name).append('=');
            text.append(
                row.getFieldRepetitionCount(name) == 0
                    ? "null"
                    : row.getValueToString(row.getType().getFieldIndex(name), 0));
          }
        }
        rows.add(text.toString());
      }
    }
  }
}
