package dev.secant.job;

import dev.secant.sweep.EngineSettings;
import java.util.List;
import java.util.Optional;
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
  }

  /** Whether this trial's tasks have cores alone, where others have GPUs. */
  boolean coresOnly(PlannedTrial trial) {
    return coresOnly.isPresent() && !engine.ofTrial(trial.parameters()).equals(engine);
  }

  /** One task for each of the items, with what the trial needs. */
  <T> JavaRDD<T> tasks(PlannedTrial trial, List<T> items) {
    return tasks(items, coresOnly.filter(profile -> coresOnly(trial)));
  }

  private <T> JavaRDD<T> tasks(List<T> items, Optional<ResourceProfile> profile) {
    JavaRDD<T> tasks = context.parallelize(items, Math.max(1, items.size()));
    return profile.map(tasks::withResources).orElse(tasks);
  }

  /** How many tasks can run at once on the executors that are there by now; at least one. */
  int slots() {
    return Math.max(1, atOnce(coresOnly.orElse(application)));
  }

  /** How many tasks of trials with cores alone, or of the others, can run at once. */
  int slots(boolean withCoresOnly) {
    int gpus = Math.max(1, atOnce(application));
    return withCoresOnly ? Math.max(1, slots() - gpus) : gpus;
  }

  private int atOnce(ResourceProfile profile) {
    return context.sc().maxNumConcurrentTasks(profile);
  }
}
