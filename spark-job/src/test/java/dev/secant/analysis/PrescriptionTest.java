package dev.secant.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.config.InputException;
import dev.secant.job.Output;
import dev.secant.job.Schemas;
import dev.secant.optimizer.FileSchedule;
import dev.secant.optimizer.FileSchedule.Point;
import dev.secant.table.Column;
import dev.secant.table.StepRecord;
import dev.secant.table.Table;
import dev.secant.table.TrialRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedules of trials whose prescribed rates are made up, so that the schedules are known. */
class PrescriptionTest {
  private static SparkSession spark;
  @TempDir Path temp;
  private final List<Row> trials = new ArrayList<>();
  private final List<Row> steps = new ArrayList<>();

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void aStraightLineStaysOneWhateverTheLengthsOfThePaths() throws IOException {
    trial("a", Map.of(), 600, t -> 0.3 - 0.2 * (t + 0.5) / 600);
    trial("b", Map.of("seed", 1L), 1200, t -> 0.3 - 0.2 * (t + 0.5) / 1200);

    Prescription prescription = only();

    assertThat(prescription.points()).hasSize(200);
    for (Point point : prescription.points()) {
      assertThat(point.rate()).isCloseTo(0.3 - 0.2 * point.time(), within(1e-6));
    }
    assertThat(prescription.trials()).containsExactly("a", "b");
    FileSchedule schedule = read(prescription);
    for (int t = 1; t < 599; t++) {
      assertThat(schedule.peak() * schedule.factor(t, 1, 600))
          .isCloseTo(0.3 - 0.2 * (t + 0.5) / 600, within(3e-6));
    }
    assertThat(schedule.factor(0, 1, 600)).isEqualTo(1);
  }

  @Test
  void medianOfTrialsAtTheSameRelativeTime() {
    trial("a", Map.of(), 10, t -> 0.1);
    trial("b", Map.of("seed", 1L), 10, t -> 0.2);
    trial("c", Map.of("seed", 2L), 30, t -> 7);

    assertThat(only().points()).hasSize(10).extracting(Point::rate).containsOnly(0.2);
    assertThat(only().points()).extracting(Point::time).startsWith(0.05, 0.15).isSorted();
  }

  @Test
  void outliersAndGapsLeaveNoTrace() {
    trial("a", Map.of(), 20, t -> t == 3 || t == 12 ? 1e6 : t == 8 ? Double.NaN : 0.5);

    assertThat(only().points()).hasSize(19).extracting(Point::rate).containsOnly(0.5);
  }

  @Test
  void aRateIsNeverNegative() {
    trial("a", Map.of(), 20, t -> t < 10 ? 0.5 : -0.5);

    List<Point> points = only().points();
    assertThat(points.subList(0, 8)).extracting(Point::rate).containsOnly(0.5);
    // A mean of five over the jump: 3 of 0.5 and 2 of -0.5.
    assertThat(points.get(9).rate()).isCloseTo(0.1, within(1e-6));
    assertThat(points.subList(10, 20)).extracting(Point::rate).containsOnly(0.0);
  }

  @Test
  void oneFileForEachSettingOfCompleteTrialsThatLearn() {
    trial("a", Map.of(), 20, t -> 0.1);
    trial("b", Map.of("batch_size", 64), 20, t -> 0.2);
    trial("c", Map.of("architecture_config", "{\"hidden\":[8]}"), 20, t -> 0.3);
    trial("d", Map.of("status", "diverged"), 20, t -> 9);
    trial("e", Map.of("gradient_noise", true), 20, t -> 9);
    trial("f", Map.of("random_labels", 0.5), 20, t -> 9);
    trial("g", Map.of("optimizer", "adam"), 20, t -> -1);

    Map<String, Prescription> files = Prescription.named(prescriptions("final"));

    assertThat(files.keySet())
        .containsExactly(
            "mlp-shapes-b32-sgd.conf", "mlp-shapes-b64-sgd.conf", "mlp-shapes-b32-sgd-2.conf");
    assertThat(files.values())
        .extracting(Prescription::trials)
        .containsExactly(List.of("a"), List.of("b"), List.of("c"));
  }

  @Test
  void saysWhereNothingWasMeasured() {
    trial("a", Map.of(), 20, t -> 0.1);

    assertThatThrownBy(() -> prescriptions("initial"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("towards reference initial");
  }

  @Test
  void theFileSaysWhatItWasMadeOf() throws IOException {
    trial("a", Map.of("learning_rate", 0.01), 20, t -> 0.125);

    String text = only().text();

    assertThat(text)
        .contains("lr: 0.125}", "peak = 0.125", "trials = [ \"a\" ]", "learning-rate-used = 0.01")
        .contains("architecture = {\"hidden\":[4],\"type\":\"mlp\"}");
    assertThat(read(only()).points()).isEqualTo(only().points());
  }

  private Prescription only() {
    List<Prescription> all = prescriptions("final");
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private List<Prescription> prescriptions(String reference) {
    write(TrialRecord.TABLE, trials);
    write(StepRecord.TABLE, steps);
    return Prescription.of(
        spark, new Output(temp.toString(), spark.sparkContext().hadoopConfiguration()), reference);
  }

  private FileSchedule read(Prescription prescription) throws IOException {
    return FileSchedule.read(Files.writeString(temp.resolve("rates.conf"), prescription.text()));
  }

  /** A trial of that many steps whose step t has this prescribed rate, NaN for none. */
  private void trial(String id, Map<String, ?> factors, int length, IntToDoubleFunction rate) {
    Map<String, Object> trial =
        new HashMap<>(
            Map.of(
                "architecture", "mlp",
                "architecture_config", "{\"hidden\":[4]}",
                "dataset", "shapes",
                "dataset_config", "{}",
                "batch_size", 32,
                "optimizer", "sgd",
                "status", "complete"));
    trial.putAll(factors);
    trial.put("trial_id", id);
    trial.put("steps", (long) length);
    trials.add(row(TrialRecord.TABLE, trial));
    for (int t = 0; t < length; t++) {
      Map<String, Object> step =
          new HashMap<>(Map.of("trial_id", id, "reference", "final", "step", (long) t));
      if (!Double.isNaN(rate.applyAsDouble(t))) {
        step.put("prescribed_lr", rate.applyAsDouble(t));
      }
      steps.add(row(StepRecord.TABLE, step));
    }
  }

  private static Row row(Table table, Map<String, ?> values) {
    return RowFactory.create(
        table.columns().stream()
            .map(
                column ->
                    values.containsKey(column.name()) ? values.get(column.name()) : usual(column))
            .toArray());
  }

  private static Object usual(Column column) {
    if (column.nullable()) {
      return null;
    }
    return switch (column.type()) {
      case TEXT -> column.name();
      case INTEGER -> 0;
      case LONG -> 0L;
      case DOUBLE -> 0.0;
      case BOOLEAN -> false;
    };
  }

  private void write(Table table, List<Row> rows) {
    spark
        .createDataFrame(rows, Schemas.of(table))
        .write()
        .mode("overwrite")
        .partitionBy("trial_id")
        .parquet(temp.resolve(table.name()).toString());
  }
}
