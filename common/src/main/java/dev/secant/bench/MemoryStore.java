package dev.secant.bench;

import dev.secant.training.CheckpointStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Checkpoints that end with the process. */
final class MemoryStore implements CheckpointStore {
  private final Map<String, byte[]> files = new HashMap<>();

  @Override
  public void write(String name, Body body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    body.writeTo(bytes);
    files.put(name, bytes.toByteArray());
  }

  @Override
  public Optional<InputStream> open(String name) {
    return Optional.ofNullable(files.get(name)).map(ByteArrayInputStream::new);
  }

  @Override
  public CheckpointStore ofTrial(String trialId) {
    return new MemoryStore();
  }
}
