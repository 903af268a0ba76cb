package dev.secant.cli;

import dev.secant.analysis.TextTable;
import dev.secant.job.Compaction;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "compact",
    description =
        "Puts the rows of all committed trials into a few large files a table, sorted by trial and"
            + " step; trials keeps a file a trial. An output stays compacted: later runs compact"
            + " it when they end.")
final class CompactCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OutputOptions options;

  @Override
  public Integer call() throws IOException {
    try (SparkSession spark = Sessions.open()) {
      TextTable table = new TextTable(List.of("table", "rows", "files before", "files"));
      for (Compaction.Compacted one : Compaction.run(spark, options.open(spark))) {
        table.add(List.of(one.table(), one.rows(), one.filesBefore(), one.files()));
      }
      var out = spec.commandLine().getOut();
      out.print(table.aligned());
      out.flush();
      return 0;
    }
  }
}
