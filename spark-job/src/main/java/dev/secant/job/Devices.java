package dev.secant.job;

import dev.secant.config.InputException;
import dev.secant.engine.Device;
import dev.secant.engine.Engine;
import dev.secant.sweep.EngineSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceInformation;

/** Which device a sweep's trials compute on, and which GPU each of its tasks takes. */
public final class Devices {
  private static final String GPU = "gpu";

  /** GPUs, or the share of one, that Spark gives to a task. */
  static final String OF_TASK = "spark.task.resource.gpu.amount";

  /** GPUs that Spark gives to an executor. */
  static final String OF_EXECUTOR = "spark.executor.resource.gpu.amount";

  private static final String RIGHT =
      ". Right would be, for two trials a GPU: --conf "
          + OF_EXECUTOR
          + "=1 --conf "
          + OF_TASK
          + "=0.5 --conf spark.executor.resource.gpu.discoveryScript=PATH; see docs/gpu.md";

  private Devices() {}

  /** Whether a sweep's tasks run in this process, where Spark assigns no GPUs. */
  static boolean here(SparkConf conf) {
    return conf.get("spark.master", "local").matches("local(\\[.*)?");
  }

  /** Takes out of a configuration what Spark cannot do on one machine, where it would hang. */
  public static void adapt(SparkConf conf) {
    if (here(conf)) {
      List.of(OF_TASK, OF_EXECUTOR, "spark.driver.resource.gpu.amount").forEach(conf::remove);
    }
  }

  /**
   * The settings with a definite device. On one machine {@code auto} is the GPU where this process
   * sees one; on a cluster, where the driver may have none, it is where Spark is asked to give one
   * to each task.
   *
   * @throws InputException where a GPU is asked for and cannot be used, or, on a cluster, cannot be
   *     assigned; the message says what was found and what would be right
   */
  public static EngineSettings definite(EngineSettings wanted, SparkConf conf) {
    boolean here = here(conf);
    EngineSettings definite =
        switch (wanted.device()) {
          case CPU, GPU -> wanted;
          case AUTO -> {
            boolean gpu = here ? Engine.gpus(wanted.threads()) > 0 : conf.contains(OF_TASK);
            yield wanted.on(gpu ? EngineSettings.Device.GPU : EngineSettings.Device.CPU);
          }
        };
    if (here) {
      Engine.require(ofTask(definite, Map.of()), definite.threads());
    } else if (definite.device() == EngineSettings.Device.GPU) {
      checkAmounts(conf);
      if (definite.gpuFrom() > 0 && conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
        throw new InputException(
            "engine.gpu-from is "
                + definite.gpuFrom()
                + ", but spark.dynamicAllocation.enabled is true: Spark would start executors with"
                + " GPUs for trials on the CPU alone. Right would be a fixed number of executors,"
                + " or engine.gpu-from = 0");
      }
    }
    return definite;
  }

  /** Spark itself would assign no GPU, fail in the midst of its start, or wait for ever. */
  private static void checkAmounts(SparkConf conf) {
    if (!conf.contains(OF_TASK)) {
      throw new InputException(
          "engine.device is gpu, but " + OF_TASK + " is not set: Spark would assign none" + RIGHT);
    }
    double ofTask = amount(conf, OF_TASK);
    if (!(ofTask > 0 && ofTask <= 1)) {
      throw new InputException(
          OF_TASK
              + " is "
              + conf.get(OF_TASK)
              + ", but a trial computes on one GPU, or on a share of one"
              + RIGHT);
    }
    if (!conf.contains(OF_EXECUTOR)) {
      throw new InputException(
          OF_TASK
              + " is "
              + conf.get(OF_TASK)
              + ", but "
              + OF_EXECUTOR
              + " is not set: no executor has a GPU to give"
              + RIGHT);
    }
    double ofExecutor = amount(conf, OF_EXECUTOR);
    if (!(ofExecutor >= 1 && ofExecutor == Math.rint(ofExecutor))) {
      throw new InputException(
          OF_EXECUTOR + " is " + conf.get(OF_EXECUTOR) + ", but must be a whole number" + RIGHT);
    }
  }

  private static double amount(SparkConf conf, String key) {
    try {
      return Double.parseDouble(conf.get(key));
    } catch (NumberFormatException e) {
      throw new InputException(key + " is " + conf.get(key) + ", which is no number" + RIGHT, e);
    }
  }

  /**
   * The device of a task: the GPU that Spark assigned to it, or GPU 0 on one machine, where Spark
   * assigns none.
   *
   * @param resources as Spark's task context has them
   */
  static Device ofTask(EngineSettings engine, Map<String, ResourceInformation> resources) {
    if (engine.device() != EngineSettings.Device.GPU) {
      return Device.CPU;
    }
    String address =
        Optional.ofNullable(resources.get(GPU))
            .map(assigned -> assigned.addresses()[0])
            .orElse("0");
    try {
      return new Device.Gpu(Integer.parseInt(address), engine.deterministic());
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "Spark assigned the GPU "
              + address
              + "; addresses must be the numbers by which CUDA counts GPUs, from 0: correct the"
              + " discovery script (spark.executor.resource.gpu.discoveryScript, or"
              + " spark.worker.resource.gpu.discoveryScript of a standalone cluster)",
          e);
    }
  }
}
