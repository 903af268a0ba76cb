package dev.secant.data;

import dev.secant.config.InputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Reading of input files with errors that name the path and what was expected there. */
final class DataFiles {
  private DataFiles() {}

  static Path folder(Path root, String name, String content) {
    Path folder = root.resolve(name);
    if (!Files.isDirectory(folder)) {
      throw new InputException(
          folder + ": no such folder; expected " + content + " (data.root is " + root + ")");
    }
    return folder;
  }

  static InputException wrong(Path file, String reason) {
    return new InputException(file + ": " + reason);
  }

  static InputException unreadable(Path file, Exception cause) {
    String reason =
        cause instanceof java.nio.file.NoSuchFileException ? "no such file" : cause.toString();
    return new InputException(file + ": cannot be read: " + reason, cause);
  }

  static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** All bytes of a file, unpacked where its name ends in {@code .gz}. */
  static byte[] read(Path file) {
    try (InputStream stream = Files.newInputStream(file)) {
      return file.toString().endsWith(".gz")
          ? new GZIPInputStream(stream, 1 << 16).readAllBytes()
          : stream.readAllBytes();
    } catch (EOFException | ZipException e) {
      throw new InputException(
          file + ": is not a whole gzip file (" + e.getMessage() + "); expected it as published",
          e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }
}
