package dev.secant.job;

import dev.secant.sweep.EngineSettings;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;

/**
 * What Spark gives to the tasks of a trial. All tasks have the application's profile, with a GPU,
 * or a share of one, where that asks for it; but the trials that are too small for a GPU have a
 * profile with cores alone, and take none away from the others.
 */
final class TaskResources {
  private final JavaSparkContext context;
  private final EngineSettings engine;
  private final ResourceProfile application;
  private final Optional<ResourceProfile> coresOnly;

  TaskResources(JavaSparkContext context, EngineSettings engine) {
    this.context = context;
    this.engine = engine;
    this.application = context.sc().resourceProfileManager().defaultResourceProfile();
    boolean mixed =
        engine.device() == EngineSettings.Device.GPU
            && engine.gpuFrom() > 0
            && !Devices.here(context.getConf());
    this.coresOnly =
        mixed
            ? Optional.of(
                new ResourceProfileBuilder()
                    .require(
                        new TaskResourceRequests()
                            .cpus(context.getConf().getInt("spark.task.cpus", 1)))
                    .build())
            : Optional.empty();
    // Spark answers for profiles that it knows.
    coresOnly.ifPresent(context.sc().resourceProfileManager()::addResourceProfile);
  }

  /** Whether this trial's tasks have cores alone, where others have GPUs. */
  private boolean coresOnly(PlannedTrial trial) {
    return coresOnly.isPresent() && !engine.ofTrial(trial.parameters()).equals(engine);
  }

  /**
   * Trials that wait for the same resources.
   *
   * @param slots how many of them can run at once on the executors that are there by now
   */
  record Lane(Predicate<PlannedTrial> trials, IntSupplier slots) {}

  /** The lanes, in which trials run independently; each trial is in one. */
  List<Lane> lanes() {
    if (coresOnly.isEmpty()) {
      return List.of(new Lane(trial -> true, this::slots));
    }
    IntSupplier gpus = () -> Math.max(1, atOnce(application));
    // The others leave a task on a GPU the core that it needs.
    IntSupplier cores = () -> Math.max(1, slots() - gpus.getAsInt());
    return List.of(
        new Lane(Predicate.not(this::coresOnly), gpus), new Lane(this::coresOnly, cores));
  }

  /** One task for each of the items, with what the trial needs. */
  <T> JavaRDD<T> tasks(PlannedTrial trial, List<T> items) {
    JavaRDD<T> tasks = context.parallelize(items, Math.max(1, items.size()));
    return coresOnly(trial) ? tasks.withResources(coresOnly.orElseThrow()) : tasks;
  }

  /** How many tasks can run at once on the executors that are there by now; at least one. */
  int slots() {
    return Math.max(1, atOnce(coresOnly.orElse(application)));
  }

  private int atOnce(ResourceProfile profile) {
    return context.sc().maxNumConcurrentTasks(profile);
  }
}
