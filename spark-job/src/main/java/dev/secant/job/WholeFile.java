package dev.secant.job;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file that is there whole or not at all. Where a file system can abort a stream, as object
 * stores can, an object shows only when its stream is closed: it is written under its own name, and
 * aborted where that fails. Elsewhere it is written under a hidden name, and renamed when it is
 * whole. Two attempts at one file cannot mix.
 */
final class WholeFile {
  private static final Pattern UNDER_WAY =
      Pattern.compile("_.+\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private WholeFile() {}

  /** What writes a file's bytes; whether it closes the stream makes no difference. */
  @FunctionalInterface
  interface Content {
    void writeTo(FSDataOutputStream out) throws IOException;
  }

  /** Whether a file of this name was being written: of somebody who is gone, it can go. */
  static boolean isUnderWay(String name) {
    return UNDER_WAY.matcher(name).matches();
  }

  /** Writes the file, in the place of one that was there. */
  static void write(FileSystem files, Path whole, Content content) throws IOException {
    try {
      if (files.hasPathCapability(whole, CommonPathCapabilities.ABORTABLE_STREAM)) {
        writeOrAbort(files, whole, content);
      } else {
        writeAndRename(files, whole, content);
      }
    } catch (FSError e) {
      // What Hadoop's local files make of a full disk.
      throw new IOException(e.getCause().getMessage(), e.getCause());
    }
  }

  private static void writeOrAbort(FileSystem files, Path whole, Content content)
      throws IOException {
    FSDataOutputStream out = files.create(whole);
    try {
      content.writeTo(keptOpen(out));
      out.close();
    } catch (IOException | RuntimeException | Error e) {
      out.abort();
      throw e;
    }
  }

  private static void writeAndRename(FileSystem files, Path whole, Content content)
      throws IOException {
    Path part = new Path(whole.getParent(), "_" + whole.getName() + "." + UUID.randomUUID());
    try {
      try (FSDataOutputStream out = files.create(part, false)) {
        content.writeTo(keptOpen(out));
      }
      if (!files.rename(part, whole)) {
        // Not every file system renames over a file that is there.
        files.delete(whole, false);
        if (!files.rename(part, whole)) {
          throw new IOException(part + " cannot be renamed to " + whole);
        }
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

  /**
   * The same stream, but that closing it only flushes: a writer that is closed because it failed
   * must not make its half of a file show.
   */
  private static FSDataOutputStream keptOpen(FSDataOutputStream out) throws IOException {
    OutputStream bytes =
        new FilterOutputStream(out) {
          @Override
          public void write(byte[] from, int offset, int length) throws IOException {
            out.write(from, offset, length);
          }

          @Override
          public void close() throws IOException {
            out.flush();
          }
        };
    return new FSDataOutputStream(bytes, null);
  }
}
