package dev.secant.cli;

import dev.secant.config.InputException;
import dev.secant.job.Output;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Parameters;

/** Which output. */
final class OutputOptions {
  @Parameters(paramLabel = "OUT", description = "the output of a sweep: a folder or URI")
  private String output;

  Output open(SparkSession spark) {
    return open(spark, output);
  }

  /**
   * @throws InputException where it is not there
   */
  static Output open(SparkSession spark, String output) {
    Output found = new Output(output, spark.sparkContext().hadoopConfiguration());
    if (!found.exists()) {
      throw new InputException("output " + found.root() + " does not exist");
    }
    return found;
  }
}
