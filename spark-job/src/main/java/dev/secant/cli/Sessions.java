package dev.secant.cli;

import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * Spark as Secant wants it; what the user has set, by spark-submit or {@code -Dspark...}, stays.
 */
final class Sessions {
  private Sessions() {}

  static SparkSession open() {
    SparkConf conf = new SparkConf();
    conf.setIfMissing("spark.master", "local[*]");
    conf.setIfMissing("spark.app.name", "secant");
    conf.setIfMissing("spark.ui.enabled", "false");
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    conf.setIfMissing("spark.sql.session.timeZone", "UTC");
    conf.setIfMissing("spark.sql.catalogImplementation", "in-memory");
    // Ids such as 001234567890 are names, not numbers.
    conf.setIfMissing("spark.sql.sources.partitionColumnTypeInference.enabled", "false");
    // A second attempt of a training task would only take the first one's cores.
    conf.set("spark.speculation", "false");
    // A task that does not end when it is cancelled costs its executor, not the sweep.
    conf.setIfMissing("spark.task.reaper.enabled", "true");
    conf.setIfMissing("spark.task.reaper.killTimeout", "60s");
    if (conf.get("spark.master").startsWith("local")) {
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      // Progress is seen with each heartbeat.
      conf.setIfMissing("spark.executor.heartbeatInterval", "1s");
      conf.setIfMissing("spark.sql.shuffle.partitions", "4");
      // Thousands of folders, one a trial, are listed by a few tasks, not by one task each.
      conf.setIfMissing("spark.sql.sources.parallelPartitionDiscovery.parallelism", "8");
      // Local mode hangs or throws with resources asked for.
      for (String key :
          new String[] {
            "spark.task.resource.gpu.amount",
            "spark.executor.resource.gpu.amount",
            "spark.driver.resource.gpu.amount"
          }) {
        conf.remove(key);
      }
    }
    Scratch.use(conf);
    return SparkSession.builder().config(conf).getOrCreate();
  }
}
