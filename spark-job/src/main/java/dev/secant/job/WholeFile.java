package dev.secant.job;

import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file that is there whole or not at all: written under a hidden name of its own, and renamed
 * when it is whole. Two attempts at one file cannot mix.
 */
final class WholeFile {
  private WholeFile() {}

  /** What writes a file. */
  @FunctionalInterface
  interface Content {
    void writeTo(Path file) throws IOException;
  }

  /** Writes the file, in the place of one that was there. */
  static void write(FileSystem files, Path whole, Content content) throws IOException {
    Path part = new Path(whole.getParent(), "_" + whole.getName() + "." + UUID.randomUUID());
    try {
      content.writeTo(part);
      files.delete(whole, false);
      if (!files.rename(part, whole)) {
        throw new IOException(part + " cannot be renamed to " + whole);
      }
    } catch (IOException | RuntimeException | Error e) {
      try {
        files.delete(part, false);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }
}
