package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import dev.secant.engine.Device;
import dev.secant.sweep.EngineSettings;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On a machine without a GPU. */
class DevicesTest {
  private static final EngineSettings AUTO = settings(EngineSettings.Device.AUTO);
  private static final EngineSettings CPU = settings(EngineSettings.Device.CPU);
  private static final EngineSettings GPU = settings(EngineSettings.Device.GPU);

  @Test
  void aTaskTakesTheGpuThatSparkAssigned() {
    assertThat(Devices.ofTask(GPU, assigned("3", "5"))).isEqualTo(new Device.Gpu(3, true));
    assertThat(
            Devices.ofTask(new EngineSettings(EngineSettings.Device.GPU, 1, false), assigned("0")))
        .isEqualTo(new Device.Gpu(0, false));
  }

  @Test
  void onOneMachineWhereSparkAssignsNoneItIsTheFirst() {
    assertThat(Devices.ofTask(GPU, Map.of())).isEqualTo(new Device.Gpu(0, true));
  }

  @Test
  void aTaskForTheProcessorStaysThereWhateverSparkAssigned() {
    assertThat(Devices.ofTask(CPU, assigned("1"))).isEqualTo(Device.CPU);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GPU-8932f937", "-1", ""})
  void anAddressThatIsNoIndexIsRefused(String address) {
    assertThatThrownBy(() -> Devices.ofTask(GPU, assigned(address)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Spark assigned the GPU " + address)
        .hasMessageContaining("discovery script");
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "local[2]", "local[*,4]"})
  void onOneMachineWithoutGpuAutoIsTheProcessorAndGpuIsRefused(String master) {
    SparkConf conf = new SparkConf(false).set("spark.master", master);

    assertThat(Devices.definite(AUTO, conf)).isEqualTo(CPU);
    assertThatThrownBy(() -> Devices.definite(GPU, conf))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("libtorch 2.7.1 without CUDA");
  }

  @ParameterizedTest
  @ValueSource(strings = {"spark://host:7077", "local-cluster[2,1,1024]", "yarn"})
  void onAClusterAutoIsWhatSparkIsAskedFor(String master) {
    SparkConf conf = new SparkConf(false).set("spark.master", master);

    assertThat(Devices.definite(AUTO, conf)).isEqualTo(CPU);

    conf.set(Devices.OF_EXECUTOR, "1").set(Devices.OF_TASK, "0.5");

    assertThat(Devices.definite(AUTO, conf)).isEqualTo(GPU);
    assertThat(Devices.definite(GPU, conf)).isEqualTo(GPU);
    assertThat(Devices.definite(CPU, conf)).isEqualTo(CPU);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      textBlock =
          """
          none, none, engine.device is gpu but spark.task.resource.gpu.amount is not set
          none, 1,    engine.device is gpu but spark.task.resource.gpu.amount is not set
          1,    none, spark.task.resource.gpu.amount is 1 but spark.executor.resource.gpu.amount is not set
          2,    2,    spark.task.resource.gpu.amount is 2 but a trial computes on one GPU
          0,    1,    spark.task.resource.gpu.amount is 0 but a trial computes on one GPU
          half, 1,    spark.task.resource.gpu.amount is half
          0.5,  1.5,  spark.executor.resource.gpu.amount is 1.5 but must be a whole number
          """)
  void amountsWithWhichNoTrialWouldHaveAGpuAreRefused(
      String ofTask, String ofExecutor, String message) {
    SparkConf conf = new SparkConf(false).set("spark.master", "spark://host:7077");
    Optional.ofNullable(ofTask).ifPresent(amount -> conf.set(Devices.OF_TASK, amount));
    Optional.ofNullable(ofExecutor).ifPresent(amount -> conf.set(Devices.OF_EXECUTOR, amount));

    assertThatThrownBy(() -> Devices.definite(GPU, conf))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message.replace(" but", ", but"))
        .hasMessageContaining("Right would be");
  }

  @Test
  void smallTrialsBesideGpusNeedAFixedNumberOfExecutors() {
    EngineSettings mixed = new EngineSettings(EngineSettings.Device.GPU, 1, true, 1000, 0);
    SparkConf conf =
        new SparkConf(false)
            .set("spark.master", "yarn")
            .set(Devices.OF_EXECUTOR, "1")
            .set(Devices.OF_TASK, "1");

    assertThat(Devices.definite(mixed, conf)).isEqualTo(mixed);

    conf.set("spark.dynamicAllocation.enabled", "true");

    assertThatThrownBy(() -> Devices.definite(mixed, conf))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("engine.gpu-from is 1000")
        .hasMessageContaining("spark.dynamicAllocation.enabled");
  }

  private static EngineSettings settings(EngineSettings.Device device) {
    return new EngineSettings(device, 1, true);
  }

  private static Map<String, ResourceInformation> assigned(String... addresses) {
    return Map.of("gpu", new ResourceInformation("gpu", addresses));
  }
}
