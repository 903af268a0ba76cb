package dev.secant.job;

import com.sun.management.OperatingSystemMXBean;
import dev.secant.config.InputException;
import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Measure;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.apache.spark.SparkEnv;

/** How much memory a path may take that is kept while it is walked. */
final class TrajectoryMemory {
  private TrajectoryMemory() {}

  /**
   * Bytes for one trial; 0 where no path shall be kept, as where a replay in so many segments is
   * asked for. Left to itself it is a quarter of the memory that this machine, or its container,
   * has beside the heap, divided by the trials at once: malloc leaves holes between the gradients
   * of convolutions, up to a path's size again. On a GPU, whose memory is smaller and may be
   * shared, a path is only kept where a sum is given.
   */
  static long bytes(Measure measure, EngineSettings engine) {
    boolean cut = measure.mode() == Measure.Mode.AUTO && measure.segments() > 0;
    if (measure.mode() == Measure.Mode.REPLAY || cut) {
      return 0;
    }
    if (measure.trajectoryMemory() > 0) {
      return measure.trajectoryMemory();
    }
    if (engine.device() == EngineSettings.Device.GPU) {
      return 0;
    }
    long machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    long free = Math.max(0, machine - Runtime.getRuntime().maxMemory());
    int cores = Runtime.getRuntime().availableProcessors();
    int atOnce =
        SparkEnv.get() == null
            ? cores
            : SparkEnv.get().conf().getInt("spark.executor.cores", cores);
    return free / 4 / Math.max(1, atOnce);
  }

  /**
   * @throws InputException where one of the paths would take more than it may
   */
  static void check(List<PlannedTrial> trials, Measure measure, EngineSettings engine) {
    for (PlannedTrial trial : trials) {
      long bytes = bytes(measure, engine.ofTrial(trial.parameters()));
      if (trial.trajectoryBytes() > bytes) {
        throw new InputException(
            "measure.mode = trajectory: the path of trial %s takes %,d MiB (%,d steps of %,d weights), but measure.trajectory-memory is %,d MiB; raise it, or take mode = auto"
                .formatted(
                    trial.id(),
                    trial.trajectoryBytes() >> 20,
                    trial.steps(),
                    trial.parameters(),
                    bytes >> 20));
      }
    }
  }
}
