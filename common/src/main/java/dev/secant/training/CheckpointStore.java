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

  /** What writes a file's bytes. */
  @FunctionalInterface
  interface Body {
    void writeTo(OutputStream out) throws IOException;
  }
}
