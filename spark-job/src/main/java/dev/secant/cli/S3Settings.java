package dev.secant.cli;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;

/**
 * What reading and writing S3 needs; what the user has set stays. Tables that Spark writes become
 * objects by finishing uploads, without renaming. A bucket that goes away is an error after a
 * minute or two, not after half an hour.
 */
final class S3Settings {
  /** The two classes of committers do for other file systems what Spark does without them. */
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry(
              "spark.sql.sources.commitProtocolClass",
              "org.apache.spark.internal.io.cloud.PathOutputCommitProtocol"),
          Map.entry(
              "spark.sql.parquet.output.committer.class",
              "org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter"),
          Map.entry(
              "spark.hadoop.mapreduce.outputcommitter.factory.scheme.s3a",
              "org.apache.hadoop.fs.s3a.commit.S3ACommitterFactory"),
          Map.entry("spark.hadoop.fs.s3a.committer.name", "magic"),
          Map.entry("spark.hadoop.fs.s3a.committer.magic.enabled", "true"),
          // Folders are not objects: fewer requests ask for them.
          Map.entry("spark.hadoop.fs.s3a.performance.flags", "create,delete,mkdir"),
          Map.entry("spark.hadoop.fs.s3a.connection.establish.timeout", "5s"),
          Map.entry("spark.hadoop.fs.s3a.connection.timeout", "20s"),
          Map.entry("spark.hadoop.fs.s3a.attempts.maximum", "1"),
          // Each pause is twice the one before: 0.5 s to 16 s, and 0.2 s to 26 s where S3 says to
          // slow down.
          Map.entry("spark.hadoop.fs.s3a.retry.interval", "500ms"),
          Map.entry("spark.hadoop.fs.s3a.retry.limit", "6"),
          Map.entry("spark.hadoop.fs.s3a.retry.throttle.interval", "200ms"),
          Map.entry("spark.hadoop.fs.s3a.retry.throttle.limit", "8"));

  private S3Settings() {}

  static void use(SparkConf conf) {
    SETTINGS.forEach(conf::setIfMissing);
  }

  /** What Hadoop is told by Spark's settings, for who reads S3 before Spark starts. */
  static Configuration hadoop() {
    SparkConf conf = new SparkConf();
    use(conf);
    return SparkHadoopUtil.get().newConfiguration(conf);
  }
}
