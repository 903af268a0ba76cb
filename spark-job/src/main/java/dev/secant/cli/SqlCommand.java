package dev.secant.cli;

import dev.secant.analysis.TextTable;
import dev.secant.analysis.Views;
import dev.secant.config.InputException;
import dev.secant.job.Output;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks the tables. */
@Command(
    name = "sql",
    description =
        "Spark SQL over the tables: views trials, steps and epochs, committed trials only.")
final class SqlCommand implements Callable<Integer> {
  enum Format {
    TABLE,
    CSV,
    JSON
  }

  @Parameters(index = "0", paramLabel = "OUT", description = "The output of a sweep.")
  private String out;

  @Parameters(index = "1", paramLabel = "QUERY", description = "A query in Spark SQL.")
  private String query;

  @Option(names = "--format", description = "table, csv or json (default: table).")
  private Format format = Format.TABLE;

  @Override
  public Integer call() throws IOException {
    try (SparkSession spark = Sessions.open("secant sql")) {
      Views.register(new Output(out, spark));
      print(spark.sql(query));
      return 0;
    } catch (Exception e) {
      if (e instanceof AnalysisException) {
        throw new InputException("query cannot be answered: " + e.getMessage(), e);
      }
      throw e;
    }
  }

  private void print(Dataset<Row> rows) {
    if (format == Format.JSON) {
      rows.toJSON().collectAsList().forEach(System.out::println);
      return;
    }
    List<String> header = List.of(rows.columns());
    TextTable table = new TextTable(header);
    if (format == Format.CSV) {
      System.out.println(csv(header));
    }
    for (Row row : rows.collectAsList()) {
      List<String> cells = new ArrayList<>();
      for (int i = 0; i < row.length(); i++) {
        cells.add(row.isNullAt(i) ? "" : row.get(i).toString());
      }
      if (format == Format.CSV) {
        System.out.println(csv(cells));
      } else {
        table.add(cells);
      }
    }
    if (format == Format.TABLE) {
      System.out.print(table);
    }
  }

  /** One record as RFC 4180 has it. */
  private static String csv(List<String> cells) {
    List<String> quoted = new ArrayList<>();
    for (String cell : cells) {
      quoted.add(cell.matches("(?s).*[\",\r\n].*") ? '"' + cell.replace("\"", "\"\"") + '"' : cell);
    }
    return String.join(",", quoted);
  }
}
