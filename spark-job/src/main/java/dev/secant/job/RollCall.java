package dev.secant.job;

import dev.secant.config.InputException;
import dev.secant.sweep.EngineSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * One task for each kind of resources that the trials ask for, before anything is written: whether
 * the cluster gives them at all, and whether what it gives can be used. Spark itself would wait for
 * ever, or every trial would fail by itself.
 */
final class RollCall {
  private static final String MEMORY = "spark.executor.memory";
  private static final String CORES = "spark.executor.cores";

  private final JavaSparkContext context;
  private final TaskResources resources;
  private final TrialExecution execution;
  private final EngineSettings engine;

  RollCall(
      JavaSparkContext context,
      TaskResources resources,
      TrialExecution execution,
      EngineSettings engine) {
    this.context = context;
    this.resources = resources;
    this.execution = execution;
    this.engine = engine;
  }

  /**
   * @param patience how long the cluster may take to give a task what it asks for; empty for ever
   * @throws InputException where it does not, or where a task cannot compute with what it was given
   * @throws InterruptedException where this thread was interrupted
   */
  void hold(List<PlannedTrial> trials, Optional<Duration> patience) throws InterruptedException {
    Map<EngineSettings, PlannedTrial> kinds = new LinkedHashMap<>();
    trials.forEach(trial -> kinds.putIfAbsent(engine.ofTrial(trial.parameters()), trial));
    for (Map.Entry<EngineSettings, PlannedTrial> kind : kinds.entrySet()) {
      answer(kind.getKey(), kind.getValue(), patience);
    }
  }

  private void answer(EngineSettings wanted, PlannedTrial trial, Optional<Duration> patience)
      throws InterruptedException {
    TrialExecution asked = execution;
    JavaFutureAction<List<TaskOutcome<String>>> call =
        resources
            .tasks(trial, List.of(trial.id()))
            .map(id -> TaskOutcome.of(() -> ready(asked, wanted)))
            .collectAsync();
    try {
      TaskOutcome<String> outcome =
          (patience.isPresent()
                  ? call.get(patience.get().toMillis(), TimeUnit.MILLISECONDS)
                  : call.get())
              .get(0);
      if (outcome instanceof TaskOutcome.Failed<String> failed) {
        throw new InputException("an executor cannot train: " + failed.failure().message());
      }
    } catch (TimeoutException e) {
      call.cancel(true);
      throw new InputException(
          "no task could start within "
              + TimeLimit.text(patience.orElseThrow())
              + " (secant.run.executor-timeout): "
              + found(wanted)
              + ". Right would be to ask for what a machine of the cluster has, or to wait longer",
          e);
    } catch (ExecutionException e) {
      throw new InputException(
          "the cluster ran no task: " + e.getCause().getMessage() + "; " + found(wanted), e);
    }
  }

  private static String ready(TrialExecution execution, EngineSettings engine) {
    Devices.ofTask(engine, TaskContext.get().resourcesJMap());
    execution.ready(engine);
    return "";
  }

  /** What was asked for, and what there is. */
  private String found(EngineSettings wanted) {
    SparkConf conf = context.getConf();
    // The driver is one of them.
    int executors =
        context.sc().isStopped() ? 0 : context.sc().statusTracker().getExecutorInfos().length - 1;
    return executors
        + " executors came from "
        + context.master()
        + ", where each was to have "
        + setting(conf, CORES)
        + ", "
        + setting(conf, MEMORY)
        + (wanted.device() == EngineSettings.Device.GPU
            ? ", "
                + setting(conf, Devices.OF_EXECUTOR)
                + ", and a task "
                + setting(conf, Devices.OF_TASK)
            : "");
  }

  private static String setting(SparkConf conf, String key) {
    return key + " = " + conf.get(key, "not set");
  }
}
