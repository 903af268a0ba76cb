package dev.secant.job;

import dev.secant.config.InputException;
import dev.secant.data.DataRoot;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * Brings datasets from an object store to this machine, once for all of its processes. What was
 * brought stays; it is brought anew where the store lists other files, sizes or entity tags than it
 * did, or where a local file is missing or cut off.
 */
final class DataCache {
  private static final int CONNECTIONS = 8;

  /**
   * @param name below the place; empty where the place is a file
   * @param tag changes with the content
   */
  private record RemoteFile(org.apache.hadoop.fs.Path path, String name, long size, String tag) {}

  private final FileSystem files;
  private final org.apache.hadoop.fs.Path remote;
  private final Path local;
  private final Path hidden;

  private DataCache(DataRoot root, String place, Configuration configuration) throws IOException {
    Path folder = root.folder();
    this.local = folder.resolve(place).normalize();
    if (!local.startsWith(folder) || local.equals(folder)) {
      throw new InputException(place + ": is not below data.root " + root.address());
    }
    this.remote = new org.apache.hadoop.fs.Path(root.address(), place);
    this.files = remote.getFileSystem(configuration);
    this.hidden = folder.resolve("." + folder.relativize(local).toString().replace('/', '+'));
  }

  /**
   * Makes sure that a folder or file of the root is in the root's local folder as it is in the
   * store.
   *
   * @throws InputException where it is not in the store, or cannot be brought
   */
  static void bring(DataRoot root, String place, Configuration configuration) {
    // A file's lock is between processes; this one is between the threads of this one.
    synchronized (DataCache.class) {
      try {
        new DataCache(root, place, configuration).bring();
      } catch (FileNotFoundException e) {
        throw new InputException(
            root.address() + "/" + place + ": no such folder or file in the object store", e);
      } catch (IOException e) {
        throw new InputException(
            root.address() + "/" + place + ": cannot be brought here: " + e.getMessage(), e);
      }
    }
  }

  private void bring() throws IOException {
    List<RemoteFile> wanted = list();
    String listing =
        wanted.stream()
            .map(file -> file.tag + " " + file.size + " " + file.name + "\n")
            .collect(Collectors.joining());
    Files.createDirectories(local.getParent());
    try (FileChannel channel =
            FileChannel.open(beside("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (isHere(wanted, listing)) {
        return;
      }
      System.err.printf(
          "secant: bringing %s (%d files, %.1f MB) to %s%n",
          remote, wanted.size(), wanted.stream().mapToLong(RemoteFile::size).sum() * 1e-6, local);
      Files.deleteIfExists(beside("listing"));
      deleteHalves();
      Path half = beside(UUID.randomUUID() + ".half");
      try {
        copy(wanted, half);
        delete(local);
        Files.move(half, local);
        Files.writeString(beside("listing"), listing);
      } finally {
        delete(half);
      }
    }
  }

  private List<RemoteFile> list() throws IOException {
    List<RemoteFile> found = new ArrayList<>();
    FileStatus top = files.getFileStatus(remote);
    if (top.isFile()) {
      found.add(file(top, ""));
      return found;
    }
    String prefix = top.getPath().toUri().getPath() + "/";
    for (RemoteIterator<LocatedFileStatus> all = files.listFiles(remote, true); all.hasNext(); ) {
      FileStatus one = all.next();
      String name = one.getPath().toUri().getPath().substring(prefix.length());
      if (!local.resolve(name).normalize().startsWith(local)) {
        throw new IOException(one.getPath() + " does not lie below it");
      }
      found.add(file(one, name));
    }
    found.sort(Comparator.comparing(RemoteFile::name));
    return found;
  }

  private static RemoteFile file(FileStatus status, String name) {
    String tag = status instanceof EtagSource source ? source.getEtag() : null;
    return new RemoteFile(
        status.getPath(),
        name,
        status.getLen(),
        tag == null ? Long.toString(status.getModificationTime()) : tag);
  }

  private boolean isHere(List<RemoteFile> wanted, String listing) throws IOException {
    try {
      if (!Files.readString(beside("listing")).equals(listing)) {
        return false;
      }
      for (RemoteFile file : wanted) {
        if (Files.size(local.resolve(file.name)) != file.size) {
          return false;
        }
      }
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private void copy(List<RemoteFile> wanted, Path to) throws IOException {
    ExecutorService pool = Executors.newFixedThreadPool(CONNECTIONS);
    try {
      List<Future<Void>> copies = new ArrayList<>();
      for (RemoteFile file : wanted) {
        copies.add(pool.submit(() -> copy(file, to.resolve(file.name))));
      }
      for (Future<Void> copy : copies) {
        copy.get();
      }
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      pool.shutdownNow();
      await(pool);
    }
  }

  /** What is still being written cannot be deleted. */
  private static void await(ExecutorService pool) {
    try {
      pool.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Void copy(RemoteFile file, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    try (InputStream in =
        FutureIO.awaitFuture(
            files
                .openFile(file.path)
                .opt("fs.option.openfile.read.policy", "whole-file")
                .build())) {
      long size = Files.copy(in, to);
      if (size != file.size) {
        throw new IOException(file.path + " ended after " + size + " of " + file.size + " bytes");
      }
    }
    return null;
  }

  /** What processes that are gone had not finished. */
  private void deleteHalves() throws IOException {
    List<Path> halves;
    try (Stream<Path> all = Files.list(hidden.getParent())) {
      halves =
          all.filter(path -> path.getFileName().toString().startsWith(hidden.getFileName() + "."))
              .filter(path -> path.toString().endsWith(".half"))
              .toList();
    }
    for (Path half : halves) {
      delete(half);
    }
  }

  private Path beside(String what) {
    return hidden.resolveSibling(hidden.getFileName() + "." + what);
  }

  private static void delete(Path tree) throws IOException {
    if (Files.exists(tree)) {
      try (Stream<Path> all = Files.walk(tree)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
