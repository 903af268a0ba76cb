package dev.secant.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MemoryStoreTest {
  @Test
  void aFileIsReadAsItWasWrittenHoweverItWasCut() throws IOException {
    byte[] bytes = new byte[20_000_003];
    new Random(0).nextBytes(bytes);
    MemoryStore store = new MemoryStore();

    store.write(
        "whole",
        out -> {
          out.write(bytes[0]);
          out.write(bytes, 1, 8_999_999);
          out.write(bytes, 9_000_000, 10);
          out.write(bytes, 9_000_010, bytes.length - 9_000_010);
        });
    store.write("short", out -> out.write(Arrays.copyOf(bytes, 3)));
    store.write("block", out -> out.write(bytes, 0, 8 << 20));
    store.write("empty", out -> {});

    assertThat(read(store, "whole")).isEqualTo(bytes);
    assertThat(read(store, "short")).isEqualTo(Arrays.copyOf(bytes, 3));
    assertThat(read(store, "block")).isEqualTo(Arrays.copyOf(bytes, 8 << 20));
    assertThat(read(store, "empty")).isEmpty();
    assertThat(store.open("another")).isEmpty();
  }

  private static byte[] read(MemoryStore store, String name) throws IOException {
    try (InputStream in = store.open(name).orElseThrow()) {
      return in.readAllBytes();
    }
  }
}
