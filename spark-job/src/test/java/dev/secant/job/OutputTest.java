package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.analysis.Analysis;
import dev.secant.analysis.WrittenSweep;
import dev.secant.config.InputException;
import dev.secant.table.StepRecord;
import dev.secant.table.Table;
import dev.secant.table.TrialRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {
  private static SparkSession spark;
  @TempDir Path temp;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder().master("local[1]").config("spark.ui.enabled", "false").getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void aDerivedTableIsAViewOnceItIsThere() {
    output().createViews(spark);
    assertThat(spark.catalog().tableExists("summary")).isFalse();

    output().replace(spark, "summary", spark.sql("SELECT 1 AS a"));
    output().createViews(spark);

    assertThat(spark.sql("SELECT a FROM summary").first().getInt(0)).isEqualTo(1);
  }

  @Test
  void theFormerTableStaysWhereTheNewOneFails() {
    output().replace(spark, "summary", spark.sql("SELECT 1 AS a"));

    assertThatThrownBy(
            () -> output().replace(spark, "summary", spark.sql("SELECT raise_error('torn') AS a")))
        .hasStackTraceContaining("torn");

    output().createViews(spark);
    assertThat(spark.sql("SELECT a FROM summary").first().getInt(0)).isEqualTo(1);
  }

  @Test
  void whatACrashLeftIsInNobodysWay() throws Exception {
    output().replace(spark, "summary", spark.sql("SELECT 1 AS a"));
    Files.createDirectories(temp.resolve("_summary-new/part"));

    output().replace(spark, "summary", spark.sql("SELECT 2 AS a"));

    output().createViews(spark);
    assertThat(spark.sql("SELECT a FROM summary").first().getInt(0)).isEqualTo(2);
    assertThat(temp).isDirectoryNotContaining(path -> path.toString().contains("_summary"));
  }

  @Test
  void twoProcessesDoNotReplaceATableAtOnce() {
    try (OutputLock lock = OutputLock.take(output(), "_summary-lock")) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(() -> output().replace(spark, "summary", spark.sql("SELECT 1 AS a")))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("is being written by another run");
    }
  }

  @Test
  void severalOutputsAreOneSetOfViews() {
    WrittenSweep first = sweep("one").step(0, Map.of("loss", 1.0));
    WrittenSweep second =
        sweep("two").step(0, Map.of("loss", 2.0)).trial(Map.of()).step(0, Map.of("loss", 3.0));
    first.analyze();
    second.analyze();
    Output empty = new Output(temp.resolve("none").toString(), configuration());

    Output.createViews(spark, List.of(first.output(), second.output(), empty));

    assertThat(rows("SELECT sweep, trial_id, loss FROM steps ORDER BY loss"))
        .containsExactly(
            "[one,000000000000,1.0]", "[two,000000000000,2.0]", "[two,000000000001,3.0]");
    assertThat(rows("SELECT sweep, count(*) FROM trials GROUP BY sweep ORDER BY sweep"))
        .containsExactly("[one,1]", "[two,2]");
    assertThat(rows("SELECT sweep, count(*) FROM summary GROUP BY sweep ORDER BY sweep"))
        .containsExactly("[one,1]", "[two,2]");
    assertThat(rows("SELECT count(DISTINCT sweep) FROM lags")).containsExactly("[0]");
  }

  @Test
  void outputsOfTheSameNameAreToldApartByTheirAddresses() {
    WrittenSweep first = sweep("a/out");
    WrittenSweep second = sweep("b/out");
    first.analyze();
    second.analyze();

    Output.createViews(spark, List.of(first.output(), second.output()));

    assertThat(rows("SELECT sweep FROM trials ORDER BY sweep"))
        .containsExactly(
            "[file:" + temp.resolve("a/out") + "]", "[file:" + temp.resolve("b/out") + "]");
  }

  /** An older version has not written every column; a newer one has written more. */
  @Test
  void tablesOfAnotherVersionAreRead() {
    WrittenSweep sweep = sweep("now").step(0, Map.of("loss", 1.0));
    sweep.analyze();
    for (Table table : List.of(TrialRecord.TABLE, StepRecord.TABLE)) {
      sweep
          .output()
          .all(spark, table)
          .drop("data_wait_share", "measure_mode", "gamma_excess")
          .withColumn("of_tomorrow", functions.lit(7))
          .write()
          .partitionBy("trial_id")
          .parquet(temp.resolve("other/" + table.name()).toString());
    }
    Output other = new Output(temp.resolve("other").toString(), configuration());

    other.createViews(spark);

    assertThat(other.committed()).containsExactly(Map.entry("000000000000", "complete"));
    assertThat(rows("SELECT trial_id, measure_mode, data_wait_share FROM trials"))
        .containsExactly("[000000000000,null,null]");
    assertThat(rows("SELECT loss, gamma_excess FROM steps")).containsExactly("[1.0,null]");
    assertThat(spark.table("trials").columns()).doesNotContain("of_tomorrow");
    assertThat(Analysis.compute(spark, other).summary()).hasSize(1);
    Output.createViews(spark, List.of(sweep.output(), other));
    assertThat(rows("SELECT count(*), count(measure_mode) FROM trials")).containsExactly("[2,1]");
  }

  private WrittenSweep sweep(String name) {
    return new WrittenSweep(spark, temp.resolve(name)).trial(Map.of());
  }

  private static List<String> rows(String query) {
    return spark.sql(query).collectAsList().stream().map(Row::toString).toList();
  }

  private static Configuration configuration() {
    return spark.sparkContext().hadoopConfiguration();
  }

  private Output output() {
    return new Output(temp.toString(), spark.sparkContext().hadoopConfiguration());
  }
}
