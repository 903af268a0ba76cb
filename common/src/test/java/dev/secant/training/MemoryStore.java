package dev.secant.training;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Checkpoints in memory: whole or not there, as the contract asks. */
final class MemoryStore implements CheckpointStore {
  final Map<String, byte[]> files = new TreeMap<>();
  private final Map<String, MemoryStore> others = new TreeMap<>();

  @Override
  public MemoryStore ofTrial(String trialId) {
    return others.computeIfAbsent(trialId, id -> new MemoryStore());
  }

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
}
