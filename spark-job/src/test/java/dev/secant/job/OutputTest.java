package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
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
    Files.move(temp.resolve("summary"), temp.resolve("_summary-old"));
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

  private Output output() {
    return new Output(temp.toString(), spark.sparkContext().hadoopConfiguration());
  }
}
