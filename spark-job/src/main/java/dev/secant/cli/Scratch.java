package dev.secant.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SparkConf;

/**
 * A folder for the temporary files of this process, deleted when it ends. Where it was killed, the
 * next one deletes it: the file {@code owner} in it is locked while its process lives, and the
 * operating system gives the lock back whatever ends the process. A folder without that file, or
 * whose lock is held, is not touched.
 */
final class Scratch {
  private static final String OWNER = "owner";

  /** Where compression unpacks its native libraries. */
  private static final List<String> UNPACKED =
      List.of("org.xerial.snappy.tempdir", "ZstdTempFolder");

  /** Hooks of higher numbers run first; Spark's own are above. */
  private static final int LAST = 1;

  private Scratch() {}

  /**
   * Lets Spark in this process, and what it unpacks, keep temporary files in such a folder. Where
   * the surroundings have chosen folders, as YARN's and Kubernetes' do, they also clean them.
   */
  static void use(SparkConf conf) {
    String master = conf.get("spark.master");
    boolean own = master.startsWith("local") || master.startsWith("spark://");
    if (!own || System.getenv("SPARK_LOCAL_DIRS") != null) {
      return;
    }
    String temporary = System.getProperty("java.io.tmpdir");
    deleteEmptyModels(Path.of(temporary));
    String folders =
        Stream.of(conf.get("spark.local.dir", temporary).split(","))
            .map(folder -> make(Path.of(folder.strip())).toString())
            .collect(Collectors.joining(","));
    conf.set("spark.local.dir", folders);
    if (master.startsWith("local")) {
      // Where objects wait to be sent; executors of a cluster have folders of their own.
      conf.setIfMissing("spark.hadoop.fs.s3a.buffer.dir", folders);
    }
    // Spark's usual lz4 cannot be told where to unpack its library; Parquet needs snappy's anyway.
    conf.setIfMissing("spark.io.compression.codec", "snappy");
    for (String library : UNPACKED) {
      if (System.getProperty(library) == null) {
        System.setProperty(library, folders.split(",")[0]);
      }
    }
  }

  /**
   * Makes a folder for this process, after deleting those that dead ones have left beside it.
   *
   * @param parent such as the system's folder for temporary files
   */
  static Path make(Path parent) {
    // Looking at the lock of an own folder would release it: they have this in their name.
    String prefix = "secant-" + ProcessHandle.current().pid() + "-";
    try {
      Files.createDirectories(parent);
      deleteDead(parent, prefix);
      Path folder = Files.createTempDirectory(parent, prefix);
      Path hidden = folder.resolve("." + OWNER);
      FileChannel channel =
          FileChannel.open(hidden, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      FileLock lock = channel.lock();
      // Whoever sees the name sees a lock that is held.
      Files.move(hidden, folder.resolve(OWNER));
      ShutdownHookManager.get()
          .addShutdownHook(
              () -> {
                delete(folder);
                release(lock);
              },
              LAST);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for temporary files in " + parent, e);
    }
  }

  private static void deleteDead(Path parent, String mine) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, "secant-*-*")) {
      for (Path folder : folders) {
        Path owner = folder.resolve(OWNER);
        if (!folder.getFileName().toString().startsWith(mine) && Files.isRegularFile(owner)) {
          try (FileChannel channel = FileChannel.open(owner, StandardOpenOption.WRITE);
              FileLock lock = channel.tryLock()) {
            if (lock != null) {
              delete(folder);
            }
          } catch (IOException e) {
            // Another user's, or gone by now.
            continue;
          }
        }
      }
    }
  }

  /**
   * What a process that was killed just then left of DJL's: folders without content, which nobody
   * uses, also not while DJL loads a program.
   */
  private static void deleteEmptyModels(Path temporary) {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, "pt-model*")) {
      for (Path folder : folders) {
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
          deleteIfEmpty(folder);
        }
      }
    } catch (IOException e) {
      // They take no room; the next process tries again.
      return;
    }
  }

  private static void deleteIfEmpty(Path folder) {
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // Another user's, or it has content.
      return;
    }
  }

  private static void release(FileLock lock) {
    try {
      lock.acquiredBy().close();
    } catch (IOException e) {
      // The process ends anyway.
      return;
    }
  }

  private static void delete(Path folder) {
    Path owner = folder.resolve(OWNER);
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> inner =
          files
              .filter(file -> !file.equals(owner) && !file.equals(folder))
              .sorted(Comparator.reverseOrder())
              .toList();
      for (Path file : inner) {
        Files.deleteIfExists(file);
      }
      // Last, so that what is left of an interrupted deletion is known for what it is.
      Files.deleteIfExists(owner);
      Files.deleteIfExists(folder);
    } catch (IOException | UncheckedIOException e) {
      // What is left now is deleted by the next process.
      return;
    }
  }
}
