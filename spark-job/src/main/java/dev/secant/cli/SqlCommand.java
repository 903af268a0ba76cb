package dev.secant.cli;

import dev.secant.analysis.TextTable;
import dev.secant.config.InputException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.Callable;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "sql",
    description =
        "Spark SQL over the tables of an output: trials, steps, epochs, summary, effects.")
final class SqlCommand implements Callable<Integer> {
  enum Format {
    table,
    csv,
    json
  }

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions options;

  @Parameters(index = "1", paramLabel = "QUERY", description = "one statement")
  private String query;

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}")
  private Format format;

  @Override
  public Integer call() throws IOException {
    try (SparkSession spark = Sessions.open()) {
      options.open(spark).createViews(spark);
      var out = spec.commandLine().getOut();
      Dataset<Row> rows = ask(spark);
      if (format == Format.json) {
        for (Iterator<String> lines = rows.toJSON().toLocalIterator(); lines.hasNext(); ) {
          out.println(lines.next());
        }
      } else {
        TextTable table = new TextTable(Arrays.asList(rows.columns()));
        rows.collectAsList().forEach(row -> table.add(Rows.values(row)));
        out.print(format == Format.csv ? table.csv() : table.aligned());
      }
      out.flush();
      return 0;
    }
  }

  private Dataset<Row> ask(SparkSession spark) {
    try {
      return spark.sql(query);
    } catch (Exception e) {
      // Scala throws it without declaring it.
      if (e instanceof AnalysisException) {
        throw new InputException("query: " + e.getMessage().strip(), e);
      }
      throw e;
    }
  }
}
