package dev.secant.cli;

import dev.secant.job.Devices;
import dev.secant.job.MetricsPlugin;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * Spark as Secant wants it; what the user has set, by spark-submit or {@code -Dspark...}, stays.
 */
final class Sessions {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "OMP_NUM_THREADS",
          "1",
          "MKL_NUM_THREADS",
          "1",
          "CUBLAS_WORKSPACE_CONFIG",
          ":4096:8",
          "GLIBC_TUNABLES",
          "glibc.malloc.arena_max=1:glibc.malloc.hugetlb=1:glibc.malloc.trim_threshold=1099511627776:glibc.malloc.mmap_max=0");

  /** Where libtorch is, which is the executors' own matter where this process does not say it. */
  private static final List<String> LIBTORCH =
      List.of("PYTORCH_LIBRARY_PATH", "PYTORCH_VERSION", "PYTORCH_FLAVOR");

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
    watch(conf);
    S3Settings.use(conf);
    // Spark's own expression, and the keys that encrypt objects on S3.
    conf.setIfMissing(
        "spark.redaction.regex", "(?i)secret|password|token|access[.]?key|encryption[.]key");
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
    }
    Devices.adapt(conf);
    equip(conf);
    Scratch.use(conf);
    return SparkSession.builder().config(conf).getOrCreate();
  }

  /**
   * The state of a sweep is among Spark's metrics, under a name that no application's id is part
   * of, and where the page of the application is on, also there: {@code /metrics/prometheus}.
   */
  private static void watch(SparkConf conf) {
    String plugins = conf.get("spark.plugins", "");
    if (!plugins.contains(MetricsPlugin.class.getName())) {
      conf.set(
          "spark.plugins",
          (plugins.isBlank() ? "" : plugins + ",") + MetricsPlugin.class.getName());
    }
    conf.setIfMissing("spark.metrics.namespace", "secant");
    conf.setIfMissing(
        "spark.metrics.conf.driver.sink.prometheusServlet.class",
        "org.apache.spark.metrics.sink.PrometheusServlet");
    conf.setIfMissing(
        "spark.metrics.conf.driver.sink.prometheusServlet.path", "/metrics/prometheus");
  }

  /**
   * What the process of an executor must have before it starts: what this process has, or else the
   * same as the launcher {@code secant} sets and explains.
   */
  private static void equip(SparkConf conf) {
    Map<String, String> environment = System.getenv();
    ENVIRONMENT.forEach(
        (name, otherwise) ->
            conf.setIfMissing(
                "spark.executorEnv." + name, environment.getOrDefault(name, otherwise)));
    for (String name : LIBTORCH) {
      if (environment.containsKey(name)) {
        conf.setIfMissing("spark.executorEnv." + name, environment.get(name));
      }
    }
  }
}
