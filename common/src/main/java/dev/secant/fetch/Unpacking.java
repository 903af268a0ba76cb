package dev.secant.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Unpacks one folder of an archive. Nothing is ever written outside the target: an archive with an
 * entry that points elsewhere is refused.
 */
final class Unpacking {
  private final Path archive;
  private final String prefix;
  private final Path target;
  private int files;

  private Unpacking(Path archive, String inside, Path target) {
    this.archive = archive;
    this.prefix = inside + "/";
    this.target = target;
  }

  /**
   * @param archive a {@code .zip} or a {@code .tar.gz}
   * @param inside the folder of the archive whose content goes into the target
   * @param target a folder, made here
   */
  static void unpack(Path archive, String inside, Path target) throws IOException, FetchException {
    Unpacking unpacking = new Unpacking(archive, inside, target);
    Files.createDirectories(target);
    try {
      if (archive.toString().endsWith(".zip")) {
        unpacking.zip();
      } else {
        unpacking.tar();
      }
    } catch (IOException e) {
      throw new FetchException(archive + ": cannot be unpacked: " + e, e);
    }
    if (unpacking.files == 0) {
      throw new FetchException(archive + ": has no files in a folder " + inside);
    }
  }

  private void zip() throws IOException, FetchException {
    try (ZipFile zip = ZipFile.builder().setPath(archive).get()) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
        boolean plain = entry.isDirectory() || !entry.isUnixSymlink();
        try (InputStream content = zip.getInputStream(entry)) {
          write(entry.getName(), entry.isDirectory(), plain, content);
        }
      }
    }
  }

  private void tar() throws IOException, FetchException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new GZIPInputStream(new BufferedInputStream(Files.newInputStream(archive)), 1 << 16))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        boolean plain = entry.isDirectory() || !isSpecial(entry);
        write(entry.getName(), entry.isDirectory(), plain, tar);
      }
    }
  }

  private static boolean isSpecial(TarArchiveEntry entry) {
    return entry.isSymbolicLink()
        || entry.isLink()
        || entry.isCharacterDevice()
        || entry.isBlockDevice()
        || entry.isFIFO();
  }

  private void write(String name, boolean folder, boolean plain, InputStream content)
      throws IOException, FetchException {
    if (name.startsWith("/")
        || name.matches("[A-Za-z]:.*")
        || Arrays.asList(name.split("[/\\\\]")).contains("..")) {
      throw new FetchException(archive + ": entry " + name + " lies outside the archive's folder");
    }
    String path = name.startsWith("./") ? name.substring(2) : name;
    if (!path.startsWith(prefix)) {
      return;
    }
    if (!plain) {
      throw new FetchException(archive + ": entry " + name + " is neither a file nor a folder");
    }
    Path file = target.resolve(path.substring(prefix.length()));
    if (folder) {
      Files.createDirectories(file);
    } else {
      Files.createDirectories(file.getParent());
      Files.copy(content, file);
      files++;
    }
  }
}
