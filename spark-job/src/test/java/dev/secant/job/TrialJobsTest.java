package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.job.SweepRunTest.StandIn;
import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.RunSettings;
import dev.secant.sweep.Sweep;
import dev.secant.sweep.SweepFile;
import dev.secant.sweep.Trial;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One trial, alone on two slots, each of its passes expected to take about twenty seconds. */
class TrialJobsTest {
  private static final int STEPS = 8;
  private static final long MULTIPLY_ADDS = 1_000_000_000;
  private static final int PARAMETERS = 1_000_000;

  private static SparkSession spark;
  @TempDir Path temp;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder().master("local[2]").config("spark.ui.enabled", "false").getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void aPathIsCutForEverySlotWhereItsCheckpointsAreExpectedToBeCheap() throws Exception {
    Counts nothingYet = new Counts(spark.sparkContext());

    assertThat(segments(nothingYet)).isEqualTo(2);
  }

  @Test
  void aPathIsNotCutWhereTheCheckpointsOfThisRunWereDear() throws Exception {
    Counts minuteEach = new Counts(spark.sparkContext());
    minuteEach.add(Count.CHECKPOINTS, 1);
    minuteEach.add(Count.CHECKPOINT_BYTES, Float.BYTES * PARAMETERS);
    minuteEach.add(Count.CHECKPOINT_NANOS, Duration.ofMinutes(1).toNanos());

    assertThat(segments(minuteEach)).isEqualTo(1);
  }

  /** Into how many segments the trial is cut by a run that has counted this so far. */
  private int segments(Counts counts) throws Exception {
    Sweep sweep = sweep();
    Trial trial = sweep.trials().get(0);
    PlannedTrial planned =
        new PlannedTrial(trial, PARAMETERS, MULTIPLY_ADDS, STEPS, (long) STEPS * PARAMETERS);
    EngineSettings engine = new EngineSettings(EngineSettings.Device.CPU, 1, true);
    SweepRun.Plan plan =
        new SweepRun.Plan(sweep.output(), sweep.measure(), temp, engine, RunSettings.PATIENT);
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    Output output = new Output(plan.output(), context.hadoopConfiguration());
    TrialJobs jobs =
        new TrialJobs(
            context,
            plan,
            new StandIn(Files.createDirectories(temp.resolve("diary"))),
            output,
            new TaskResources(context, engine),
            counts,
            false);
    Agenda agenda = new Agenda(List.of(planned), () -> 2);
    PlannedTrial next = agenda.next(System.nanoTime()).orElseThrow();

    jobs.measure(next, agenda);

    output.createViews(spark);
    return spark.sql("SELECT segments FROM trials").first().getInt(0);
  }

  private Sweep sweep() throws Exception {
    Path conf = temp.resolve("one.conf");
    Files.writeString(
        conf,
        """
        secant {
          output = %s
          grid {
            architecture = [ {type: mlp, hidden: [4]} ]
            dataset = [ {type: shapes, train: 128, validation: 8} ]
            batch-size = [ 16 ]
            optimizer = [ {type: sgd, lr: 0.1} ]
            seed = [ 0 ]
          }
          measure.mode = replay
        }
        """
            .formatted(temp.resolve("out")));
    return SweepFile.read(conf, List.of(), Optional.empty());
  }
}
