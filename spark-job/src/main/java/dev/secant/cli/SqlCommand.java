package dev.secant.cli;

import dev.secant.analysis.TextTable;
import dev.secant.config.InputException;
import dev.secant.job.Output;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "sql",
    description =
        "Spark SQL over the tables of an output: trials, steps, epochs, summary, effects. Without a"
            + " query, asks for one after the other; a semicolon ends each, Ctrl-D ends.")
final class SqlCommand implements Callable<Integer> {
  enum Format {
    table,
    csv,
    json
  }

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions options;

  @Parameters(index = "1", arity = "0..1", paramLabel = "QUERY", description = "one statement")
  private Optional<String> query = Optional.empty();

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}")
  private Format format;

  @Option(
      names = "--also",
      paramLabel = "OUT",
      description =
          "another output, as many as there are: every table has the rows of all of them then, and a"
              + " column sweep, which names the output")
  private List<String> others = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    try (SparkSession spark = Sessions.open()) {
      createViews(spark);
      if (query.isPresent()) {
        answer(spark, query.get());
      } else {
        prompt(spark);
      }
      return 0;
    }
  }

  private void createViews(SparkSession spark) {
    Output first = options.open(spark);
    if (others.isEmpty()) {
      first.createViews(spark);
      return;
    }
    List<Output> outputs = new ArrayList<>(List.of(first));
    others.forEach(other -> outputs.add(OutputOptions.open(spark, other)));
    Output.createViews(spark, outputs);
  }

  private void prompt(SparkSession spark) throws IOException {
    Path history = Path.of(System.getProperty("user.home"), ".secant_history");
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
      new SqlPrompt(terminal, history).run(statement -> answerOrExplain(spark, statement));
    }
  }

  /** What goes wrong with one statement is no reason to lose the session. */
  private void answerOrExplain(SparkSession spark, String statement) {
    try {
      answer(spark, statement);
    } catch (RuntimeException e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("secant: " + e.getMessage());
      err.flush();
    }
  }

  private void answer(SparkSession spark, String statement) {
    PrintWriter out = spec.commandLine().getOut();
    Dataset<Row> rows = ask(spark, statement);
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
  }

  private static Dataset<Row> ask(SparkSession spark, String statement) {
    try {
      return spark.sql(statement);
    } catch (Exception e) {
      // Scala throws it without declaring it.
      if (e instanceof AnalysisException) {
        throw new InputException("query: " + e.getMessage().strip(), e);
      }
      throw e;
    }
  }
}
