package dev.secant.job;

import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Measure;
import dev.secant.table.TrialRecord;
import dev.secant.table.TrialRecord.Ending;
import dev.secant.table.TrialRecord.Finals;
import dev.secant.table.TrialRecord.Passes;
import dev.secant.table.TrialRecord.Status;
import dev.secant.table.TrialRecord.Surroundings;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;

/** The Spark jobs of one trial after another, from its first task to the row that commits it. */
final class TrialJobs {
  private final JavaSparkContext context;
  private final SweepRun.Plan plan;
  private final TrialExecution execution;
  private final Output output;
  private final Leftovers leftovers;
  private final Broadcast<SerializableConfiguration> configuration;
  private final TaskResources resources;
  private final Counts counts;
  private final boolean interrupts;
  private final Versions versions = Versions.read();

  /**
   * @param counts what its tasks add to
   * @param interrupts whether cancelling a trial shall interrupt the threads that compute it
   */
  TrialJobs(
      JavaSparkContext context,
      SweepRun.Plan plan,
      TrialExecution execution,
      Output output,
      TaskResources resources,
      Counts counts,
      boolean interrupts) {
    this.context = context;
    this.plan = plan;
    this.execution = execution;
    this.output = output;
    this.leftovers = new Leftovers(output);
    this.configuration =
        context.broadcast(new SerializableConfiguration(context.hadoopConfiguration()));
    this.resources = resources;
    this.counts = counts;
    this.interrupts = interrupts;
  }

  /**
   * A trial that has its row.
   *
   * @param seconds that both passes took
   */
  record Committed(TrialRecord row, double seconds) {}

  /**
   * Walks a trial, measures it and writes its row.
   *
   * @throws TrialFailed where the trial itself is at fault
   * @throws IOException where its output is
   */
  Committed measure(PlannedTrial trial, Agenda agenda) throws IOException, TrialFailed {
    String id = trial.id();
    leftovers.removeRows(id);
    TrialTask task =
        new TrialTask(
            id,
            trial.trial().canonicalJson(),
            plan.measure(),
            new TaskData(plan.dataRoot(), configuration),
            engine(trial));
    TaskBody body = new TaskBody(task, execution, output.root().toString(), configuration, counts);

    int segments = segments(trial, agenda);
    context.setJobGroup(id, describe(trial, "record and measure"), interrupts);
    Walked walked =
        segments == 1
            ? done(resources.tasks(trial, List.of(id)).map(unused -> body.whole()).first())
            : walkInSegments(trial, segments, body);
    TrialRecord row = row(trial, walked);
    new TrialTables(output, id).commit(row);
    leftovers.removeCheckpoints(id, plan.keptCheckpoints());
    return new Committed(row, walked.seconds());
  }

  /** A task that records, then one a segment that replays, then one a segment that writes. */
  private Walked walkInSegments(PlannedTrial trial, int segments, TaskBody body)
      throws IOException, TrialFailed {
    String id = trial.id();
    context.sc().setJobDescription(describe(trial, "record (" + segments + " segments)"));
    Recording recording = done(resources.tasks(trial, List.of(segments)).map(body::record).first());
    JavaRDD<TaskOutcome<ReplayedSegment>> outcomes =
        resources
            .tasks(trial, IntStream.range(0, recording.segments()).boxed().toList())
            .map(segment -> body.replay(recording, segment))
            .persist(StorageLevel.MEMORY_AND_DISK());
    String parts = " (" + recording.segments() + " segments)";
    try {
      context.sc().setJobDescription(describe(trial, "replay" + parts));
      List<Replayed> replayed = new ArrayList<>();
      for (TaskOutcome<Replayed> outcome :
          outcomes.map(outcome -> outcome.map(Replayed::of)).collect()) {
        replayed.add(done(outcome));
      }
      PathNulls nulls = PathNulls.of(recording, plan.measure().references(), replayed);
      context.sc().setJobDescription(describe(trial, "write" + parts));
      outcomes.foreach(outcome -> body.write(outcome, nulls));
      new TrialTables(output, id).writeEpochs(plan.measure(), recording, replayed);
      return Walked.of(recording, replayed, Measure.Mode.REPLAY);
    } finally {
      outcomes.unpersist(false);
    }
  }

  /** What Spark's pages call a job. */
  private static String describe(PlannedTrial trial, String pass) {
    return "trial " + trial.id() + ": " + trial.name() + ": " + pass;
  }

  /**
   * Writes the row of a trial that failed, in the place of whatever rows it had.
   *
   * @throws IOException where that cannot be written
   */
  void fail(PlannedTrial trial, TaskOutcome.Failure failure) throws IOException {
    Ending ending = new Ending(Status.FAILED, failure.category(), failure.message(), Finals.NONE);
    leftovers.removeRows(trial.id());
    new TrialTables(output, trial.id())
        .commit(
            new TrialRecord(
                trial.trial(), trial.parameters(), 0, ending, Passes.NONE, surroundings(trial)));
  }

  private TrialRecord row(PlannedTrial trial, Walked walked) {
    Recording recording = walked.recording();
    double drift = walked.drift();
    Status status = Status.COMPLETE;
    String message = "";
    if (recording.diverged()) {
      status = Status.DIVERGED;
      message = recording.divergence();
    }
    // Not "drift > 0": a drift that is not a number is one, too.
    if (!(drift == 0)) {
      status = Status.DRIFTED;
      message = "the replay ended " + drift + " away from the recorded path";
    }
    return new TrialRecord(
        trial.trial(),
        trial.parameters(),
        recording.steps(),
        new Ending(status, "", message, Finals.of(recording.epochs())),
        new Passes(
            drift,
            walked.mode(),
            walked.mode() == Measure.Mode.TRAJECTORY ? 0 : recording.segments(),
            recording.seconds(),
            walked.replaySeconds(),
            recording.waitSeconds() + walked.waitSeconds()),
        surroundings(trial));
  }

  private EngineSettings engine(PlannedTrial trial) {
    return plan.engine().ofTrial(trial.parameters());
  }

  private Surroundings surroundings(PlannedTrial trial) {
    return versions.surroundings(engine(trial), context.version());
  }

  private int segments(PlannedTrial trial, Agenda agenda) {
    if (trial.trajectoryBytes() <= TrajectoryMemory.bytes(plan.measure(), engine(trial))) {
      return 1;
    }
    if (plan.measure().segments() > 0) {
      return plan.measure().segments();
    }
    return Cuts.segments(
        trial.steps(),
        agenda.seconds(trial) / 2,
        CheckpointCost.seconds(counts.sums(), trial.checkpointBytes()),
        agenda.helping(trial, System.nanoTime()));
  }

  private static <T> T done(TaskOutcome<T> outcome) throws TrialFailed {
    if (outcome instanceof TaskOutcome.Done<T> done) {
      return done.value();
    }
    throw new TrialFailed(((TaskOutcome.Failed<T>) outcome).failure());
  }
}
