package dev.secant.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.job.EngineExecution;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drivers, real processes of the command line, that are killed, refused and starved of disk. */
class DriverFaultsTest {
  private static final int KILLS = 20;
  private static final long SEED = 6;

  @TempDir Path temp;

  @Test
  void aDriverThatIsKilledTwentyTimesLosesNothingAndLeavesNothing() throws Exception {
    Path conf = SmallSweep.write(temp, SWEEP, "measure.segments = 2");
    Map<String, List<String>> expected = undisturbed(conf);
    // Looks like a dead driver's folder, but nothing says so.
    Path foreign = Files.createDirectories(temporary().resolve("secant-1-2"));
    Files.writeString(foreign.resolve("precious"), "");

    Path out = temp.resolve("out");
    Random random = new Random(SEED);
    List<String> story = new ArrayList<>();
    for (int kill = 0; kill < KILLS; kill++) {
      try (Jvm driver = secant("run", conf.toString(), "--output", out.toString())) {
        // Most of a driver's life in this test is its start: the clock begins behind it.
        Await.until(
            "a lock, or the end",
            () -> hasLock(out, driver.handle().pid()) || !driver.isAlive(),
            driver::printed);
        LockSupport.parkNanos((long) (random.nextDouble() * 1.2e9));
        driver.kill();
        story.add(TableFiles.rows(out, "trials").size() + " trials after kill " + (kill + 1));
        // Whatever shows is whole, and no row is there twice.
        TableFiles.read(out)
            .forEach((table, rows) -> assertThat(rows).as(table).doesNotHaveDuplicates());
      }
    }
    try (Jvm driver = secant("run", conf.toString(), "--output", out.toString())) {
      assertThat(driver.awaitEnd()).as(driver.printed()).isZero();
    }

    assertThat(TableFiles.read(out)).as("seed %d: %s", SEED, story).isEqualTo(expected);
    assertThat(left(out.resolve("_checkpoints"))).as("%s", story).isEmpty();
    assertThat(left(out))
        .filteredOn(file -> file.startsWith("_"))
        .containsExactly("_checkpoints", "_sweep");
    assertThat(left(temporary())).as("temporary files").containsExactly("secant-1-2");
    assertThat(foreign.resolve("precious")).exists();
  }

  @Test
  void aSecondDriverIsRefusedAndTheFirstGoesOn() throws Exception {
    Path conf = SmallSweep.write(temp, SmallSweep.mlps("0.02", "0.03"), "");
    Path out = temp.resolve("out");
    Gate gate = Gate.in(temp, "record");
    try (Jvm first =
        jvm(GatedDriver.class.getName(), conf.toString(), out.toString(), temp.toString())) {
      gate.awaitProcess();
      try (Jvm second = secant("run", conf.toString(), "--output", out.toString())) {
        assertThat(second.awaitEnd()).isEqualTo(2);
        assertThat(second.printed())
            .contains("is being written by another run (process " + first.handle().pid())
            .contains("wait for it, or choose another --output")
            .doesNotContain("\tat ");
      }
      gate.open();
      assertThat(first.awaitEnd()).as(first.printed()).isZero();
    }
    assertThat(TableFiles.rows(out, "trials")).hasSize(2).allMatch(r -> r.contains("=complete"));
    assertThat(TableFiles.rows(out, "steps")).hasSize(2 * 24).doesNotHaveDuplicates();
  }

  /** {@code docs/checks/driver-kill.sh} does the same with 10,000. */
  @Test
  void aSweepOfManyTrialsDoesOnlyWhatIsMissingAfterAKill() throws Exception {
    int trials = 300;
    String[] many = {"dev.secant.job.ManyTrials", temp.toString(), Integer.toString(trials)};
    Path out = temp.resolve("out");
    try (Jvm driver = jvm(many)) {
      Await.until(
          "a third of the trials",
          () -> left(out.resolve("trials")).size() >= trials / 3,
          driver::printed);
      driver.kill();
    }
    int committed = TableFiles.rows(out, "trials").size();
    assertThat(committed).isBetween(trials / 3 - 2, trials - 1);
    try (Jvm driver = jvm(many)) {
      assertThat(driver.awaitEnd()).as(driver.printed()).isZero();
      assertThat(driver.printed())
          .contains("complete=" + trials + ", failed=0, skipped=" + committed)
          .contains("walked: " + (trials - committed))
          .contains("complete=" + trials + ", failed=0, skipped=" + trials);
    }
    assertThat(TableFiles.rows(out, "trials")).hasSize(trials).doesNotHaveDuplicates();
    assertThat(TableFiles.rows(out, "steps")).hasSize(4 * trials).doesNotHaveDuplicates();
    assertThat(left(out.resolve("_checkpoints"))).isEmpty();
  }

  @Test
  void aFileThatMayNotGrowStopsTheSweepWithAClearMessage() throws Exception {
    Path conf = SmallSweep.write(temp, SmallSweep.mlps("0.02", "0.03"), "measure.segments = 2");
    Path out = temp.resolve("out");
    // In units of 1024 bytes; a checkpoint is larger, a row in trials is not.
    List<String> limited = List.of("bash", "-c", "ulimit -f 300 && exec \"$@\"", "limited");
    try (Jvm driver =
        Jvm.start(
            limited,
            temp,
            options(),
            Map.of("SPARK_LOCAL_IP", "127.0.0.1"),
            List.of(MAIN, "run", conf.toString(), "--output", out.toString()))) {
      assertThat(driver.awaitEnd()).as(driver.printed()).isEqualTo(130);
      assertThat(driver.printed())
          .contains("secant: the sweep stopped: ", "cannot be written: File too large")
          .contains("run again to go on")
          .doesNotContain("\tat ");
    }
    assertThat(TableFiles.rows(out, "trials")).isEmpty();
    assertThat(left(temporary())).isEmpty();
  }

  private static final String MAIN = "dev.secant.cli.Main";

  private static final String SWEEP =
      """
      architecture = [ {type: mlp, hidden: [16]}, {type: resnet-cifar, depth: 8, width: 0.25} ]
      optimizer = [ {type: momentum, lr: 0.02} ]
      seed = [ 0, 1, 2, 3, 4, 5 ]
      """;

  /** What the tables hold when nobody interferes. */
  private Map<String, List<String>> undisturbed(Path conf) throws Exception {
    Path out = temp.resolve("undisturbed");
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .getOrCreate()) {
      SmallSweep.read(conf).run(spark, out.toString(), new EngineExecution());
    }
    return TableFiles.read(out);
  }

  private Jvm secant(String... arguments) {
    List<String> command = new ArrayList<>(List.of(MAIN));
    command.addAll(List.of(arguments));
    return jvm(command.toArray(String[]::new));
  }

  private Jvm jvm(String... command) {
    return Jvm.start(temp, options(), Map.of("SPARK_LOCAL_IP", "127.0.0.1"), List.of(command));
  }

  private List<String> options() {
    List<String> options = new ArrayList<>(Jvm.temporaryFilesIn(temporary()));
    options.addAll(List.of("-Xmx512m", "-Dspark.master=local[2]"));
    return options;
  }

  private Path temporary() {
    return temp.resolve("temporary");
  }

  /** Whether a lock of a process stands in the output. */
  private static boolean hasLock(Path out, long pid) {
    try (Stream<Path> locks = Files.list(out.resolve("_lock"))) {
      return locks.anyMatch(lock -> names(lock, pid));
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean names(Path lock, long pid) {
    try {
      return Files.readString(lock).contains(" " + pid + " ");
    } catch (IOException e) {
      // It went.
      return false;
    }
  }

  private static List<String> left(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
