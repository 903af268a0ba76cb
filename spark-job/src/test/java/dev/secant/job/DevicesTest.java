package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import dev.secant.engine.Device;
import dev.secant.sweep.EngineSettings;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
  void whereSparkAssignedNoneItIsTheFirst() {
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
    assertThat(Devices.definite(GPU, conf)).isEqualTo(GPU);

    conf.set("spark.task.resource.gpu.amount", "0.5");

    assertThat(Devices.definite(AUTO, conf)).isEqualTo(GPU);
    assertThat(Devices.definite(CPU, conf)).isEqualTo(CPU);
  }

  private static EngineSettings settings(EngineSettings.Device device) {
    return new EngineSettings(device, 1, true);
  }

  private static Map<String, ResourceInformation> assigned(String... addresses) {
    return Map.of("gpu", new ResourceInformation("gpu", addresses));
  }
}
