package dev.secant.analysis;

import dev.secant.config.InputException;
import dev.secant.job.Output;
import dev.secant.table.Table;
import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The tables of an output as SQL views of the same names; only committed trials show. */
public final class Views {
  private Views() {}

  /**
   * @throws InputException where there is no sweep at the output
   */
  public static void register(Output output) throws IOException {
    if (!output.exists()) {
      throw new InputException(
          "no tables at " + output.uri() + "; secant run CONF --output writes them there");
    }
    Dataset<Row> committed = output.read(Output.TABLES.get(Output.TABLES.size() - 1));
    for (Table table : Output.TABLES) {
      Dataset<Row> rows = output.read(table);
      if (!table.name().equals("trials")) {
        rows = rows.join(committed.select("trial_id"), "trial_id");
      }
      rows.createOrReplaceTempView(table.name());
    }
  }
}
