package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import dev.secant.architecture.Layout;
import dev.secant.architecture.Network;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The files, read by the safetensors format's own description. */
class CheckpointFileTest {
  private static final List<String> SLOTS = List.of("exp_avg", "exp_avg_sq");

  private final Network network = TinyNetworks.all().get("resnet-cifar");

  @Test
  void everyTensorHoldsItsPartOfItsVector() throws IOException {
    List<ByteBuffer> vectors = new ArrayList<>();
    vectors.add(counting(0, network.size()));
    vectors.add(counting(10_000, network.buffers().size()));
    vectors.add(counting(20_000, network.size()));
    vectors.add(counting(30_000, network.size()));

    Map<String, float[]> tensors = tensors(bytes(new Checkpoint(7, vectors, "{}", 1.5, 0.25)));

    Map<String, float[]> expected = new LinkedHashMap<>();
    parts(expected, "", network.weights(), 0);
    parts(expected, "", network.buffers(), 10_000);
    parts(expected, "optimizer/exp_avg/", network.weights(), 20_000);
    parts(expected, "optimizer/exp_avg_sq/", network.weights(), 30_000);
    assertThat(tensors).containsOnlyKeys(expected.keySet());
    expected.forEach((name, values) -> assertThat(tensors.get(name)).as(name).isEqualTo(values));
  }

  @Test
  void aRunsFilesHoldTheNetworkByItsNames() throws IOException {
    Map<String, float[]> first = tensors(TrialRunTest.start(TrialRunTest.trials().get(2)));

    assertThat(first).containsKeys("conv1.weight", "bn1.running_mean", "fc.bias");
    assertThat(first.get("conv1.weight")).hasSize(8 * 3 * 3 * 3);
    assertThat(first.get("bn1.weight")).containsOnly(1f);
    assertThat(first.get("bn1.running_mean")).containsOnly(0f);
    assertThat(first.get("optimizer/momentum_buffer/fc.weight")).containsOnly(0f);
    // Uniform within 1 / sqrt(27), and filling that range.
    double[] conv = new double[first.get("conv1.weight").length];
    Arrays.setAll(conv, i -> first.get("conv1.weight")[i]);
    assertThat(Arrays.stream(conv).max().orElseThrow()).isBetween(0.17, 1 / Math.sqrt(27));
    assertThat(Arrays.stream(conv).min().orElseThrow()).isBetween(-1 / Math.sqrt(27), -0.17);
  }

  @Test
  void whatIsReadIsWhatWasWritten() throws IOException {
    List<ByteBuffer> vectors =
        List.of(
            counting(0, network.size()),
            counting(1, network.buffers().size()),
            counting(2, network.size()),
            counting(3, network.size()));
    byte[] file = bytes(new Checkpoint(7, vectors, "{\"epochs\":[]}", 1.5, 0.25));

    Checkpoint read = Checkpoint.read(new ByteArrayInputStream(file), network, SLOTS);

    assertThat(read.step()).isEqualTo(7);
    assertThat(read.seconds()).isEqualTo(1.5);
    assertThat(read.waitSeconds()).isEqualTo(0.25);
    assertThat(read.epochs()).isEqualTo("{\"epochs\":[]}");
    assertThat(read.vectors()).isEqualTo(vectors);
    assertThat(read.drift(vectors)).isZero();
  }

  @Test
  void aFileThatIsNotWholeIsRefused() throws IOException {
    List<ByteBuffer> vectors =
        List.of(counting(0, network.size()), counting(1, network.buffers().size()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Checkpoint(7, vectors, "{}", 1.5, 0.25).write(out, network, List.of());
    byte[] file = out.toByteArray();

    for (int length : new int[] {0, 5, 8, 200, file.length / 2, file.length - 1}) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> Checkpoint.read(new ByteArrayInputStream(cut), network, List.of()))
          .as("cut to %d bytes", length)
          .isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> Checkpoint.read(new ByteArrayInputStream(file), network, SLOTS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("optimizer/exp_avg");
  }

  @Test
  void whereverOneBitIsAnotherTheFileIsRefusedOrReadsTheSame() throws IOException {
    List<ByteBuffer> vectors =
        List.of(counting(0, network.size()), counting(1, network.buffers().size()));
    Checkpoint checkpoint = new Checkpoint(7, vectors, "{\"epochs\":[1.5]}", 1.5, 0.25);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    checkpoint.write(out, network, List.of());
    byte[] file = out.toByteArray();
    int header = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();

    int refused = 0;
    // The whole header, and the data here and there.
    for (int at = 0; at < file.length; at += at < header + 8 ? 1 : 97) {
      byte[] altered = file.clone();
      altered[at] ^= (byte) (1 << (at % 7));
      try {
        Checkpoint read = Checkpoint.read(new ByteArrayInputStream(altered), network, List.of());
        assertThat(read).as("bit altered in byte %d", at).isEqualTo(checkpoint);
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(header / 2);
  }

  /** 8 bytes of length, that many bytes of JSON, then the data without holes. */
  private static Map<String, float[]> tensors(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int length = Math.toIntExact(bytes.getLong());
    assertThat(length % 8).isZero();
    String json = new String(file, 8, length, StandardCharsets.UTF_8);
    Config header =
        ConfigFactory.parseString(json, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
    Map<String, float[]> tensors = new LinkedHashMap<>();
    int data = 8 + length;
    int held = 0;
    for (String name : header.root().keySet()) {
      if (name.equals("__metadata__")) {
        continue;
      }
      Config tensor = header.getConfig(ConfigUtil.joinPath(name));
      List<Integer> offsets = tensor.getIntList("data_offsets");
      int size = tensor.getIntList("shape").stream().reduce(1, Math::multiplyExact);
      assertThat(tensor.getString("dtype")).isEqualTo("F32");
      assertThat(offsets.get(1) - offsets.get(0)).isEqualTo(4 * size);
      float[] values = new float[size];
      bytes.position(data + offsets.get(0));
      bytes.asFloatBuffer().get(values);
      tensors.put(name, values);
      held += 4 * size;
    }
    assertThat(held).isEqualTo(file.length - data);
    return tensors;
  }

  private static void parts(
      Map<String, float[]> into, String prefix, Layout layout, int firstNumber) {
    int number = firstNumber;
    for (Layout.Entry entry : layout.entries()) {
      float[] values = new float[entry.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = number++;
      }
      into.put(prefix + entry.name(), values);
    }
  }

  private byte[] bytes(Checkpoint checkpoint) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    checkpoint.write(out, network, SLOTS);
    return out.toByteArray();
  }

  private static ByteBuffer counting(int from, int size) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * size).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < size; i++) {
      bytes.putFloat(from + i);
    }
    return bytes.flip();
  }
}
