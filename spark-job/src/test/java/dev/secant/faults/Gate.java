package dev.secant.faults;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * A place where whoever comes first, in any process, waits until a test opens it or kills the
 * process; who comes later passes. It is made of two files in a folder.
 */
record Gate(String folder, String name) implements Serializable {
  private static final long POLL_NANOS = 5_000_000;

  static Gate in(Path folder, String name) {
    return new Gate(folder.toString(), name);
  }

  /**
   * Waits here, deaf to interruptions, unless somebody has been here before.
   *
   * @return whether nobody had been
   */
  boolean pass() {
    try {
      Path arriving = Files.createTempFile(Path.of(folder), name, ".arriving");
      Files.writeString(arriving, Long.toString(ProcessHandle.current().pid()));
      try {
        // A link is there whole or not at all.
        Files.createLink(arrived(), arriving);
      } catch (FileAlreadyExistsException e) {
        return false;
      } finally {
        Files.delete(arriving);
      }
      while (!Files.exists(opened())) {
        LockSupport.parkNanos(POLL_NANOS);
        // An interrupted thread does not park.
        Thread.onSpinWait();
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isReached() {
    return Files.exists(arrived());
  }

  /** The process that waits here, once one does. */
  ProcessHandle awaitProcess() {
    Await.until("somebody at the gate " + name, this::isReached);
    try {
      return ProcessHandle.of(Long.parseLong(Files.readString(arrived()))).orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens it; everybody passes from now on. */
  Gate open() {
    try {
      Files.writeString(opened(), "");
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path arrived() {
    return Path.of(folder, name + ".arrived");
  }

  private Path opened() {
    return Path.of(folder, name + ".opened");
  }
}
