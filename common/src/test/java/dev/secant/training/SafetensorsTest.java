package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
        "{'__metadata__': 3}",
        "{'a': {'dtype': 'F32', 'shape': 1, 'data_offsets': [0, 4]}}",
        "{'a': {'dtype': 'F32', 'shape': [1.5], 'data_offsets': [0, 4]}}",
        "{'a': {'dtype': 'F32', 'shape': [4294967297], 'data_offsets': [0, 4]}}",
        "{'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [-4, 0]}}",
        "{'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4, 8]}}",
        "{'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 18446744073709551620]}}",
        // Twice 2^62 bytes: the sum is no number of bytes.
        "{'a': {'dtype': 'U8', 'shape': [1073741824, 1073741824, 4], 'data_offsets': [0, 4611686018427387904]},"
            + " 'b': {'dtype': 'U8', 'shape': [1073741824, 1073741824, 4],"
            + " 'data_offsets': [4611686018427387904, -9223372036854775808]}}",
        // Larger than an array can be.
        "{'a': {'dtype': 'F64', 'shape': [1073741824], 'data_offsets': [0, 8589934592]}}",
        "{'a': {'dtype': 'U8', 'shape': [1], 'data_offsets': [0, 1]},"
            + " 'a': {'dtype': 'U8', 'shape': [1], 'data_offsets': [1, 2]}}",
        "{'a': {'dtype': 'U8', 'dtype': 'I8', 'shape': [1], 'data_offsets': [0, 1]}}",
        "{} {}",
      })
  void aHeaderThatIsWrongIsRefused(String json) {
    assertThatThrownBy(() -> Safetensors.read(new ByteArrayInputStream(file(json, 16))))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aHeaderThatIsNestedDeeplyIsRefused() {
    String deep = "[".repeat(1_000_000);

    assertThatThrownBy(() -> Safetensors.read(new ByteArrayInputStream(file(deep, 0))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nesting depth");
    assertThatThrownBy(
            () -> Safetensors.read(new ByteArrayInputStream(file("{'a':".repeat(1_000_000), 0))))
        .isInstanceOf(IOException.class);
  }

  /** Each would need more memory than these tests have. */
  @Test
  void whatIsOnlyClaimedTakesNoMemory(@TempDir Path folder) throws IOException {
    StringBuilder header = new StringBuilder("{");
    long gigabytes = 1L << 31;
    for (long i = 0; i < 100; i++) {
      header.append(
          "%s't%d': {'dtype': 'U8', 'shape': [2147483647], 'data_offsets': [%d, %d]}"
              .formatted(i == 0 ? "" : ",", i, i * (gigabytes - 1), (i + 1) * (gigabytes - 1)));
    }
    byte[] bytes = file(header + "}", 100);
    Path file = Files.write(folder.resolve("claims.safetensors"), bytes);

    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(IOException.class)
        .hasMessage("its header claims 214748364700 bytes of data, but it has 100");
    assertThatThrownBy(() -> Safetensors.read(new ByteArrayInputStream(bytes)))
        .isInstanceOf(IOException.class)
        .hasMessage("it is cut off");
  }

  @Test
  void aFileWithMoreThanItsHeaderSaysIsRefused(@TempDir Path folder) throws IOException {
    String header = "{'a': {'dtype': 'U8', 'shape': [3], 'data_offsets': [0, 3]}}";
    Path whole = Files.write(folder.resolve("whole"), file(header, 3));
    Path longer = Files.write(folder.resolve("longer"), file(header, 4));

    assertThat(Safetensors.read(whole)).containsOnlyKeys("a");
    assertThatThrownBy(() -> Safetensors.read(longer))
        .hasMessage("its header claims 3 bytes of data, but it has 4");
  }

  /** A file of this header, in which ' stands for ", and so many zeros. */
  private static byte[] file(String json, int data) {
    byte[] text = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + text.length + data).order(ByteOrder.LITTLE_ENDIAN);
    return file.putLong(text.length).put(text).array();
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
