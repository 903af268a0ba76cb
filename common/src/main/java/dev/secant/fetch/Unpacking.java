package dev.secant.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Unpacks one folder of an archive. Nothing is ever written outside the target: an archive with an
 * entry that points elsewhere is refused. So is one that grows more than a hundredfold, as no
 * collection of samples does.
 */
final class Unpacking {
  private static final long MOST_GROWTH = 100;

  /** What an entry counts for, besides its content: a header of a tar archive. */
  private static final int ENTRY = 512;

  private final Path archive;
  private final String prefix;
  private final Path target;
  private long room;
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
      unpacking.room = MOST_GROWTH * Files.size(archive);
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
    take(ENTRY);
    Path file = target.resolve(path.substring(prefix.length()));
    if (folder) {
      Files.createDirectories(file);
    } else {
      Files.createDirectories(file.getParent());
      copy(content, file);
      files++;
    }
  }

  private void copy(InputStream content, Path file) throws IOException, FetchException {
    byte[] part = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
      for (int read = content.read(part); read >= 0; read = content.read(part)) {
        take(read);
        out.write(part, 0, read);
      }
    }
  }

  private void take(int bytes) throws FetchException {
    room -= bytes;
    if (room < 0) {
      throw new FetchException(
          archive + ": grows more than " + MOST_GROWTH + "fold; unpacking was stopped");
    }
  }
}
