package dev.secant.bench;

import dev.secant.training.CheckpointStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checkpoints that end with the process. */
final class MemoryStore implements CheckpointStore {
  private final Map<String, Blocks> files = new HashMap<>();

  @Override
  public void write(String name, Body body) throws IOException {
    Blocks blocks = new Blocks();
    body.writeTo(blocks);
    files.put(name, blocks);
  }

  @Override
  public Optional<InputStream> open(String name) {
    return Optional.ofNullable(files.get(name)).map(Blocks::open);
  }

  @Override
  public CheckpointStore ofTrial(String trialId) {
    return new MemoryStore();
  }

  /** Bytes in blocks, which never have to be copied to make room: that would be timed as well. */
  private static final class Blocks extends OutputStream {
    private static final int BLOCK = 8 << 20;

    private final List<byte[]> blocks = new ArrayList<>();

    /** Bytes in the last block. */
    private int filled = BLOCK;

    @Override
    public void write(int value) {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      int from = offset;
      int end = offset + length;
      while (from < end) {
        if (filled == BLOCK) {
          blocks.add(new byte[BLOCK]);
          filled = 0;
        }
        int part = Math.min(end - from, BLOCK - filled);
        System.arraycopy(bytes, from, blocks.get(blocks.size() - 1), filled, part);
        filled += part;
        from += part;
      }
    }

    InputStream open() {
      List<InputStream> parts = new ArrayList<>();
      for (int i = 0; i < blocks.size(); i++) {
        int length = i == blocks.size() - 1 ? filled : BLOCK;
        parts.add(new ByteArrayInputStream(blocks.get(i), 0, length));
      }
      return new SequenceInputStream(Collections.enumeration(parts));
    }
  }
}
