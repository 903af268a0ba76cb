package dev.secant.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.secant.job.EngineExecution;
import dev.secant.job.SweepRun;
import dev.secant.job.SweepStopped;
import dev.secant.job.TrialExecution;
import dev.secant.job.TrialTask;
import dev.secant.training.CheckpointStore;
import dev.secant.training.Monitor;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trials, checkpoints and disks that fail, in a process that is the whole cluster. */
class LocalFaultsTest {
  @TempDir static Path shared;
  @TempDir Path temp;

  private static SparkSession spark;
  private static SmallSweep cut;
  private static Map<String, List<String>> expected;

  @BeforeAll
  static void start() throws Exception {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.executor.heartbeatInterval", "300ms")
            .config("spark.task.reaper.killTimeout", "500ms")
            .getOrCreate();
    cut =
        SmallSweep.read(
            SmallSweep.write(shared, SmallSweep.mlps("0.02", "0.03"), "measure.segments = 3"));
    cut.run(spark, shared.resolve("cut").toString(), new EngineExecution());
    expected = TableFiles.read(shared.resolve("cut"));
    expected.forEach((table, rows) -> assertThat(rows).as(table).isNotEmpty());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** What can happen to a trial; each is the real thing. */
  enum Mishap implements StandIn.Fault {
    THROWS {
      @Override
      public void happen(Monitor monitor) {
        throw new IllegalStateException("a bug");
      }
    },
    HEAP {
      @Override
      public void happen(Monitor monitor) {
        // More than the heap of any test.
        long[] taken = new long[Integer.MAX_VALUE - 8];
        throw new AssertionError("had " + taken.length + " numbers");
      }
    },
    LIBTORCH {
      @Override
      public void happen(Monitor monitor) {
        try (NDManager manager = NDManager.newBaseManager(ai.djl.Device.cpu(), "PyTorch")) {
          manager.zeros(new Shape(1L << 44), DataType.FLOAT32);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "THROWS, internal, IllegalStateException: a bug",
    "HEAP, out-of-memory, OutOfMemoryError: Java heap space",
    "LIBTORCH, out-of-memory, 70368744177664 bytes"
  })
  void aTrialThatFailsIsARowThatSaysWhy(Mishap mishap, String category, String message)
      throws Exception {
    SmallSweep sweep = mlps("");
    Path out = temp.resolve("out");

    SmallSweep.Done done = sweep.run(spark, out.toString(), new StandIn("\"lr\":0.02", mishap));

    assertThat(done.result().complete()).isEqualTo(2);
    assertThat(TableFiles.rows(out, "trials"))
        .hasSize(3)
        .filteredOn(row -> row.contains("status=failed"))
        .singleElement()
        .asString()
        .contains("error_category=" + category)
        .contains(message);
    assertThat(TableFiles.rows(out, "steps")).hasSize(2 * StandIn.STEPS).doesNotHaveDuplicates();
    assertThat(sweep.run(spark, out.toString(), healthy()).result().complete()).isEqualTo(3);
    assertThat(TableFiles.rows(out, "steps")).hasSize(3 * StandIn.STEPS).doesNotHaveDuplicates();
  }

  /** What happens to a file. */
  enum Damage {
    CUT {
      @Override
      void to(RandomAccessFile file) throws IOException {
        file.setLength(file.length() / 2);
      }
    },
    ALTERED {
      @Override
      void to(RandomAccessFile file) throws IOException {
        file.seek(file.length() - 3);
        int old = file.read();
        file.seek(file.length() - 3);
        file.write(old ^ 4);
      }
    };

    abstract void to(RandomAccessFile file) throws IOException;
  }

  /** Damages a checkpoint of the first trial that comes to be replayed, once. */
  record Damaging(EngineExecution inner, Damage damage, String name, String output, Gate once)
      implements TrialExecution {
    private static final long serialVersionUID = 1L;

    @Override
    public Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
        throws IOException {
      Recording recording = inner.record(task, segments, store, monitor);
      if (once.pass()) {
        harm(damage, Path.of(output, "_checkpoints", task.trialId(), name));
      }
      return recording;
    }

    @Override
    public ReplayedSegment replay(
        TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor)
        throws IOException {
      return inner.replay(task, recording, segment, store, monitor);
    }
  }

  private static void harm(Damage damage, Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      damage.to(file);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CUT, step-8.safetensors",
    "ALTERED, step-8.safetensors",
    "ALTERED, final.safetensors"
  })
  void aCheckpointDamagedBeforeItsReplayIsNoticedAndMadeAnew(Damage damage, String name)
      throws Exception {
    Path out = temp.resolve("out");
    Damaging damaging =
        new Damaging(
            new EngineExecution(), damage, name, out.toString(), Gate.in(temp, "once").open());

    SmallSweep.Done done = cut.run(spark, out.toString(), damaging);

    assertThat(done.result().complete()).as(done.printed()).isEqualTo(1);
    assertThat(done.result().messages().get(0)).contains("checkpoint " + name + " cannot be used");
    assertThat(TableFiles.rows(out, "trials")).hasSize(2);

    assertThat(cut.run(spark, out.toString(), damaging).result().allWell()).isTrue();
    assertThat(TableFiles.read(out)).isEqualTo(expected);
    assertThat(out.resolve("_checkpoints")).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource({"CUT, step-8.safetensors", "ALTERED, step-8.safetensors"})
  void aCheckpointDamagedBeforeARunGoesOnIsMadeAnew(Damage damage, String name) throws Exception {
    Path out = temp.resolve("out");
    Gate gate = Gate.in(temp, "record");
    // After step 12 of 24, so that step 8 has a checkpoint.
    TrialExecution gated = new GatedExecution(new EngineExecution(), gate, gate, 12);
    SweepRun run = cut.start(spark, out.toString(), gated, new ByteArrayOutputStream());
    Future<SweepRun.Result> result = inBackground(() -> run.run(cut.trials()));
    gate.awaitProcess();
    Future<Boolean> stopped =
        inBackground(
            () -> {
              run.stop(Duration.ofMinutes(1));
              return true;
            });
    gate.open();
    assertThatThrownBy(result::get).hasCauseInstanceOf(InterruptedException.class);
    assertThat(stopped.get()).isTrue();
    List<Path> damaged = checkpoints(out, name);
    assertThat(damaged).isNotEmpty();
    for (Path checkpoint : damaged) {
      harm(damage, checkpoint);
    }

    assertThat(cut.run(spark, out.toString(), new EngineExecution()).result().allWell()).isTrue();

    assertThat(TableFiles.read(out)).isEqualTo(expected);
    assertThat(out.resolve("_checkpoints")).isEmptyDirectory();
  }

  private static List<Path> checkpoints(Path out, String name) throws IOException {
    try (Stream<Path> files = Files.walk(out.resolve("_checkpoints"))) {
      return files.filter(file -> file.endsWith(name)).toList();
    }
  }

  /** Ways to hang. */
  enum Hang implements StandIn.Fault {
    /** Goes on stepping, but would never end. */
    ENDLESS {
      @Override
      public void happen(Monitor monitor) {
        while (!monitor.stopped()) {
          LockSupport.parkNanos(1_000_000);
        }
        throw new java.util.concurrent.CancellationException("stopped");
      }
    },
    /** Waits for what never comes. */
    BLOCKED {
      @Override
      public void happen(Monitor monitor) throws IOException {
        try {
          new java.util.concurrent.CountDownLatch(1).await();
        } catch (InterruptedException e) {
          throw new java.io.InterruptedIOException("interrupted");
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"ENDLESS", "BLOCKED"})
  void aTrialThatTakesTooLongIsStoppedAndTheOthersGoOn(Hang hang) throws Exception {
    SmallSweep sweep = mlps("run.time-limit = 1 s");
    Path out = temp.resolve("out");

    SmallSweep.Done done = sweep.run(spark, out.toString(), new StandIn("\"lr\":0.02", hang));

    assertThat(done.result().complete()).as(done.printed()).isEqualTo(2);
    assertThat(TableFiles.rows(out, "trials"))
        .hasSize(3)
        .filteredOn(row -> row.contains("status=failed"))
        .singleElement()
        .asString()
        .contains("error_category=time-limit")
        // It stands still at step 12 of a path of 24, which would be walked twice.
        .contains("longer than secant.run.time-limit = 1s; about 13 of 48 steps");
    assertThat(TableFiles.rows(out, "steps")).hasSize(2 * StandIn.STEPS).doesNotHaveDuplicates();
    assertThat(done.printed()).doesNotContain("its slot is lost");
    assertThat(sweep.run(spark, out.toString(), healthy()).result().complete()).isEqualTo(3);
  }

  /** Hears nothing until a gate is opened. */
  record Deaf(Gate gate) implements StandIn.Fault, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public void happen(Monitor monitor) {
      gate.pass();
    }
  }

  @Test
  void aTaskThatDoesNotStopCostsItsSlotNotTheSweep() throws Exception {
    SmallSweep sweep = mlps("run.time-limit = 500 ms");
    Path out = temp.resolve("out");
    Gate gate = Gate.in(temp, "hang");
    try {
      TrialExecution hanging = new StandIn("\"lr\":0.02", new Deaf(gate));
      SmallSweep.Done done = sweep.run(spark, out.toString(), hanging);

      assertThat(done.result().complete()).as(done.printed()).isEqualTo(2);
      assertThat(TableFiles.rows(out, "trials")).hasSize(3);
    } finally {
      gate.open();
    }
    awaitFreeSlots();
    // What the task did when it woke up shows nowhere.
    assertThat(TableFiles.rows(out, "steps")).hasSize(2 * StandIn.STEPS).doesNotHaveDuplicates();
  }

  /** Each trial has a gate of its own. */
  record AllHang(String folder, StandIn inner) implements TrialExecution {
    private static final long serialVersionUID = 1L;

    @Override
    public Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
        throws IOException {
      new Gate(folder, task.trialId()).pass();
      return inner.record(task, segments, store, monitor);
    }

    @Override
    public ReplayedSegment replay(
        TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor) {
      return inner.replay(task, recording, segment, store, monitor);
    }
  }

  @Test
  void aSweepWithoutAnySlotLeftEndsAndSaysSo() throws Exception {
    SmallSweep sweep = mlps("run.time-limit = 500 ms");
    Path out = temp.resolve("out");
    try {
      assertThatThrownBy(
              () -> sweep.run(spark, out.toString(), new AllHang(temp.toString(), healthy())))
          .isInstanceOf(SweepStopped.class)
          .hasMessageContaining("every slot of this process is held by a task")
          .hasMessageContaining("run again to go on");
      // The third trial had no slot, so its time did not run.
      assertThat(TableFiles.rows(out, "trials")).hasSize(2);
    } finally {
      sweep.trials().forEach(trial -> Gate.in(temp, trial.id()).open());
    }
    awaitFreeSlots();
    assertThat(sweep.run(spark, out.toString(), healthy()).result().complete()).isEqualTo(3);
  }

  @Test
  void aFullDiskStopsTheSweepWithAClearMessageAndNoHalfTable() throws Exception {
    Path disk = Files.createDirectory(temp.resolve("disk"));
    assumeTrue(mount(disk), "NOT TESTED: a full disk needs root, to mount a small one");
    try {
      Path out = disk.resolve("out");
      // A stone that leaves room for some files, not for all.
      Path stone = disk.resolve("stone");
      Files.write(stone, new byte[(8 << 20) - (600 << 10)]);

      assertThatThrownBy(() -> cut.run(spark, out.toString(), new EngineExecution()))
          .isInstanceOf(SweepStopped.class)
          .hasMessageContaining(out.toString())
          .hasMessageContaining("No space left on device")
          .hasMessageContaining("run again to go on");
      assertThat(TableFiles.rows(out, "trials")).noneMatch(row -> row.contains("status=failed"));
      // Every file that shows can be read to its end.
      TableFiles.read(out);

      Files.delete(stone);
      assertThat(cut.run(spark, out.toString(), new EngineExecution()).result().allWell()).isTrue();
      assertThat(TableFiles.read(out)).isEqualTo(expected);
      assertThat(out.resolve("_checkpoints")).isEmptyDirectory();
    } finally {
      command("umount", disk.toString());
    }
  }

  private static boolean mount(Path folder) throws Exception {
    return command("mount", "-t", "tmpfs", "-o", "size=8m", "none", folder.toString());
  }

  private static boolean command(String... line) throws Exception {
    try {
      return new ProcessBuilder(line).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private SmallSweep mlps(String more) {
    return SmallSweep.read(
        SmallSweep.write(
            temp, SmallSweep.mlps("0.01", "0.02", "0.03"), more + "\nmeasure.segments = 1"));
  }

  private static void awaitFreeSlots() {
    Await.until(
        "free slots",
        () ->
            Stream.of(spark.sparkContext().statusTracker().getExecutorInfos())
                .allMatch(executor -> executor.numRunningTasks() == 0));
  }

  private static StandIn healthy() {
    return new StandIn("no trial is marked", monitor -> {});
  }

  private static <T> Future<T> inBackground(java.util.concurrent.Callable<T> work) {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      return thread.submit(work);
    } finally {
      thread.shutdown();
    }
  }
}
