package dev.secant.training;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** Where one trial's checkpoints lie. A name is either there whole or not there. */
public interface CheckpointStore {
  /** Writes one file; it becomes visible under its name when {@code body} has returned. */
  void write(String name, Body body) throws IOException;

  /** The file of that name, or empty where there is none. */
  Optional<InputStream> open(String name) throws IOException;

  /** Where another trial of the same output has its checkpoints. */
  CheckpointStore ofTrial(String trialId);

  /** A part of this store: the files whose names start with {@code prefix}. */
  default CheckpointStore part(String prefix) {
    CheckpointStore whole = this;
    return new CheckpointStore() {
      @Override
      public void write(String name, Body body) throws IOException {
        whole.write(prefix + name, body);
      }

      @Override
      public Optional<InputStream> open(String name) throws IOException {
        return whole.open(prefix + name);
      }

      @Override
      public CheckpointStore ofTrial(String trialId) {
        return whole.ofTrial(trialId);
      }
    };
  }

  /** What writes a file's bytes. */
  @FunctionalInterface
  interface Body {
    void writeTo(OutputStream out) throws IOException;
  }
}
