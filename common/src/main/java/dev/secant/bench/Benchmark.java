package dev.secant.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.secant.engine.Device;
import dev.secant.engine.Engine;
import dev.secant.engine.Scope;
import dev.secant.sweep.Measure;
import dev.secant.training.CheckpointStore;
import dev.secant.training.Monitor;
import dev.secant.training.Pace;
import dev.secant.training.Recording;
import dev.secant.training.TrialRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Times the steps of one workload, and a short trial of it from its start to its measured end. What
 * is compared takes turns, so that all of it meets the same load of the machine.
 */
public final class Benchmark {
  /** How long one turn lasts; a longer step makes a turn by itself. */
  private static final double TURN_MS = 500;

  /** Steps are walked at least this long before any is timed. */
  private static final double WARM_UP_MS = 5000;

  /** And at most this long. */
  private static final double LONGEST_WARM_UP_MS = 20_000;

  /** How long the short trial's training takes, unless its path would not fit the memory below. */
  private static final double TRIAL_MS = 10_000;

  private static final long TRAJECTORY_BYTES = 3L << 30;

  /** Nor does a path take more than this part of the machine's memory. */
  private static final int TRAJECTORY_SHARE = 6;

  /** A GPU keeps images that are stored as bytes, as {@code engine.image-memory} has it. */
  private static final long IMAGE_BYTES = 1L << 30;

  private static final double MILLION = 1e6;

  /**
   * Medians over the rounds.
   *
   * @param plain milliseconds a step of training
   * @param measured milliseconds a step that is measured
   * @param dataWaitShare the part of all steps' time, 0 to 1, in which they waited for samples
   */
  public record Result(
      Workload workload,
      Device device,
      int weights,
      int threads,
      double plain,
      double measured,
      double dataWaitShare,
      Optional<Whole> trial) {}

  /**
   * A short trial as a whole, in milliseconds: checkpoints and all, but without tables.
   *
   * @param plain trained once, measured never
   * @param replay recorded, then replayed
   * @param first kept in memory, then measured: the process's first such trial of this network,
   *     which pays for what is compiled and for memory that the process does not have yet
   * @param trajectory the same by a process that has the memory
   */
  public record Whole(int steps, double plain, double replay, double first, double trajectory) {}

  private Benchmark() {}

  /**
   * Times the steps of a workload.
   *
   * @param turn called before each round, when all is warm; returns when it may begin
   */
  public static Result steps(
      Workload workload, Device device, int threads, int rounds, Runnable turn) {
    List<Double> plain = new ArrayList<>();
    List<Double> measured = new ArrayList<>();
    double dataWaitShare;
    int weights;
    try (Pace pace =
        new Pace(workload.trial(1_000_000), workload.samples(), device, threads, IMAGE_BYTES)) {
      weights = pace.weights();
      pace.plain(2);
      int steps = (int) Math.max(1, Math.min(100, TURN_MS / pace.plain(1)));
      warmUp(pace, steps);
      for (int round = 0; round < rounds; round++) {
        turn.run();
        // After a rest the first step is slow, by a quarter for some workloads.
        pace.plain(1);
        plain.add(pace.plain(steps));
        measured.add(pace.measured(steps));
      }
      dataWaitShare = pace.dataWaitShare();
    }
    return new Result(
        workload,
        device,
        weights,
        threads,
        median(plain),
        median(measured),
        dataWaitShare,
        Optional.empty());
  }

  /**
   * Walks until Java's compilers are done with what a step runs. They take cores that the steps
   * need: on two threads of two cores a fifth in the first seconds, and a twentieth until all of it
   * has run some thousand times.
   */
  private static void warmUp(Pace pace, int steps) {
    Compilers compilers = new Compilers();
    long start = System.nanoTime();
    double passed;
    do {
      pace.plain(steps);
      pace.measured(steps);
      passed = (System.nanoTime() - start) / MILLION;
    } while (passed < WARM_UP_MS || (!compilers.areQuiet() && passed < LONGEST_WARM_UP_MS));
  }

  /** Times a short trial of a workload besides its steps. */
  public static Result stepsAndTrial(
      Workload workload, Device device, int threads, int rounds, Runnable turn) {
    Result steps = steps(workload, device, threads, rounds, turn);
    Whole whole = whole(workload, device, steps.weights(), steps.plain(), threads, rounds);
    return new Result(
        workload,
        device,
        steps.weights(),
        threads,
        steps.plain(),
        steps.measured(),
        steps.dataWaitShare(),
        Optional.of(whole));
  }

  private static Whole whole(
      Workload workload, Device device, int weights, double step, int threads, int rounds) {
    long machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    long bytes = Math.min(TRAJECTORY_BYTES, machine / TRAJECTORY_SHARE);
    long fit = bytes / ((long) Float.BYTES * weights);
    int steps = (int) Math.max(2, Math.min(fit, TRIAL_MS / step));
    List<Double> plain = new ArrayList<>();
    List<Double> replay = new ArrayList<>();
    List<Double> trajectory = new ArrayList<>();
    double first;
    try (TrialRun run =
        new TrialRun(workload.trial(steps), workload.samples(), device, threads, IMAGE_BYTES)) {
      Walk kept = store -> run.whole(Measure.STEPS, Long.MAX_VALUE, store, Monitor.NONE);
      first = milliseconds(kept);
      if (device.equals(Device.CPU)) {
        takeMemory(threads, weights, 2 * steps);
      }
      for (int round = 0; round < rounds; round++) {
        plain.add(milliseconds(store -> run.record(1, List.of(), store, Monitor.NONE)));
        replay.add(
            milliseconds(
                store -> {
                  Recording recording =
                      run.record(1, Measure.STEPS.references(), store, Monitor.NONE);
                  run.replay(recording, Measure.STEPS, 0, store, Monitor.NONE);
                }));
        trajectory.add(milliseconds(kept));
      }
    }
    return new Whole(steps, median(plain), median(replay), first, median(trajectory));
  }

  /**
   * Has the process take the memory that kept paths come to take, which stays with it: twice a
   * path's, because malloc leaves holes between gradients that the next one does not fit. New
   * memory costs what the machine makes of it, on a virtual one as much as the training, and a
   * sweep's later trials hardly need any. Written twice, because the second time may be slow as
   * well.
   */
  private static void takeMemory(int threads, int weights, int gradients) {
    try (Scope root = Engine.open(Device.CPU, threads)) {
      for (int time = 0; time < 2; time++) {
        try (Scope scope = root.child()) {
          for (int i = 0; i < gradients; i++) {
            scope.zeros(weights);
          }
        }
      }
    }
  }

  @FunctionalInterface
  private interface Walk {
    void with(CheckpointStore store) throws IOException;
  }

  private static double milliseconds(Walk walk) {
    long start = System.nanoTime();
    try {
      walk.with(new MemoryStore());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return (System.nanoTime() - start) / MILLION;
  }

  private static double median(List<Double> values) {
    Collections.sort(values);
    int middle = values.size() / 2;
    return values.size() % 2 == 1
        ? values.get(middle)
        : (values.get(middle - 1) + values.get(middle)) / 2;
  }
}
