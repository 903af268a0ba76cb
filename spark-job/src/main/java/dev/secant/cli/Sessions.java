package dev.secant.cli;

import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Spark as the commands need it. */
final class Sessions {
  private Sessions() {}

  /** A session with what spark-submit said, and our defaults where it said nothing. */
  static SparkSession open(String application) {
    SparkConf conf = new SparkConf().setAppName(application);
    conf.setIfMissing("spark.master", "local[*]");
    conf.setIfMissing("spark.ui.enabled", "false");
    conf.setIfMissing("spark.sql.shuffle.partitions", "8");
    // Trials are paths: a second copy of a slow one would only cost.
    conf.set("spark.speculation", "false");
    if (conf.get("spark.master").startsWith("local")) {
      conf.setIfMissing("spark.executor.heartbeatInterval", "2s");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
    }
    // The type of a trial's id must not be guessed from its digits.
    conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false");
    return SparkSession.builder().config(conf).getOrCreate();
  }
}
