package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  private static final Safetensors.Entry MATRIX =
      new Safetensors.Entry("a.weight", Safetensors.Type.F32, List.of(2, 1));
  private static final Safetensors.Entry COUNT =
      new Safetensors.Entry("count", Safetensors.Type.I64, List.of());
  private static final Safetensors.Entry NOTHING =
      new Safetensors.Entry("nothing", Safetensors.Type.F32, List.of(0, 3));

  @Test
  void whatIsReadIsWhatWasWritten() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer matrix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer count = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    List<Safetensors.Named> tensors =
        List.of(
            new Safetensors.Named(NOTHING, ByteBuffer.allocate(0)),
            new Safetensors.Named(MATRIX, matrix.putFloat(0, 1.5f).putFloat(4, -2)),
            new Safetensors.Named(COUNT, count.putLong(0, 1L << 40)));

    Safetensors.write(out, Map.of("step", "7"), tensors);
    Map<String, Safetensors.Named> read =
        Safetensors.read(new ByteArrayInputStream(out.toByteArray()));

    assertThat(read.values()).containsExactlyElementsOf(tensors);
    assertThat(read.get("count").data().getLong(0)).isEqualTo(1L << 40);
    assertThat(Safetensors.Header.read(new ByteArrayInputStream(out.toByteArray())).metadata())
        .containsExactly(Map.entry("step", "7"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{",
        "{'a': 3}",
        "{'a': {'dtype': 'F32', 'shape': [1]}}",
        "{'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0]}}",
        "{'a': {'dtype': 'Q7', 'shape': [1], 'data_offsets': [0, 4]}}",
        "{'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 4]}}",
        "{'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [4, 8]}}",
        "{'a': {'dtype': 'F32', 'shape': [-1], 'data_offsets': [0, -4]}}",
        "{'a': {'dtype': 'F32', 'shape': [999999999, 999999999, 99], 'data_offsets': [0, 4]}}",
        "{'__metadata__': {'step': 3}}",
      })
  void aHeaderThatIsWrongIsRefused(String json) {
    byte[] text = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + text.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(text.length).put(text);

    assertThatThrownBy(() -> Safetensors.read(new ByteArrayInputStream(file.array())))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aHeaderLargerThanAnyIsNotAllocated() {
    ByteBuffer file = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(Long.MAX_VALUE);

    assertThatThrownBy(() -> Safetensors.read(new ByteArrayInputStream(file.array())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("claims 9223372036854775807 bytes");
  }
}
