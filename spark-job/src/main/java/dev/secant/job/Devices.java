package dev.secant.job;

import dev.secant.config.InputException;
import dev.secant.engine.Device;
import dev.secant.engine.Engine;
import dev.secant.sweep.EngineSettings;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceInformation;

/** Which device a sweep's trials compute on, and which GPU each of its tasks takes. */
public final class Devices {
  private static final String GPU = "gpu";

  /** GPUs, or the share of one, that Spark gives to a task. */
  private static final String AMOUNT = "spark.task.resource.gpu.amount";

  private Devices() {}

  /**
   * The settings with a definite device. On one machine {@code auto} is the GPU where this process
   * sees one; on a cluster, where the driver may have none, it is where Spark is asked to give one
   * to each task.
   *
   * @throws InputException where a GPU is asked for on one machine and cannot be used; the message
   *     says what was found and what would be right
   */
  public static EngineSettings definite(EngineSettings wanted, SparkConf conf) {
    boolean here = conf.get("spark.master", "local").matches("local(\\[.*)?");
    EngineSettings definite =
        switch (wanted.device()) {
          case CPU, GPU -> wanted;
          case AUTO -> {
            boolean gpu = here ? Engine.gpus(wanted.threads()) > 0 : conf.getDouble(AMOUNT, 0) > 0;
            yield wanted.on(gpu ? EngineSettings.Device.GPU : EngineSettings.Device.CPU);
          }
        };
    if (here) {
      Engine.require(ofTask(definite, Map.of()), definite.threads());
    }
    return definite;
  }

  /**
   * The device of a task: the first GPU that Spark assigned to it, or GPU 0 where Spark assigned
   * none.
   *
   * @param resources as Spark's task context has them
   */
  static Device ofTask(EngineSettings engine, Map<String, ResourceInformation> resources) {
    if (engine.device() != EngineSettings.Device.GPU) {
      return Device.CPU;
    }
    ResourceInformation assigned = resources.get(GPU);
    String address = assigned == null ? "0" : assigned.addresses()[0];
    try {
      return new Device.Gpu(Integer.parseInt(address), engine.deterministic());
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "Spark assigned the GPU "
              + address
              + "; addresses must be the numbers by which CUDA counts GPUs, from 0: correct the"
              + " discovery script",
          e);
    }
  }
}
