package dev.secant.job;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * Local files at {@code crashing:///...}: after each change that an output's own code makes, either
 * a copy of everything is taken, which is what a process leaves that is killed there, or the
 * process really is killed. Folders go file by file, as in an object store.
 */
public final class CrashingFiles extends RawLocalFileSystem {
  static final String ROOT = "crashing.root";
  static final String COPIES = "crashing.copies";
  static final String KILL_AT = "crashing.kill-at";
  static final int KILLED = 86;

  private int change;

  /**
   * @param root what is copied
   * @param copies the folder for copies, {@code 0}, {@code 1} and so on
   */
  static void copies(Configuration configuration, String root, String copies) {
    use(configuration);
    configuration.set(ROOT, root);
    configuration.set(COPIES, copies);
  }

  /**
   * @param change after which the process is killed: {@code rename}, {@code delete} or so, a space,
   *     and how the path ends
   */
  static void killAt(Configuration configuration, String change) {
    use(configuration);
    configuration.set(KILL_AT, change);
  }

  private static void use(Configuration configuration) {
    configuration.setClass("fs.crashing.impl", CrashingFiles.class, FileSystem.class);
    configuration.setBoolean("fs.crashing.impl.disable.cache", true);
  }

  @Override
  public URI getUri() {
    return URI.create("crashing:///");
  }

  @Override
  public String getScheme() {
    return "crashing";
  }

  @Override
  public void setPermission(Path path, FsPermission permission) {}

  @Override
  public FSDataOutputStream create(
      Path path,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    FSDataOutputStream out =
        super.create(path, overwrite, bufferSize, replication, blockSize, progress);
    changed("create", path);
    return out;
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    boolean renamed = super.rename(from, to);
    changed("rename", to);
    return renamed;
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    if (recursive && exists(path) && getFileStatus(path).isDirectory()) {
      for (FileStatus file : listStatus(path)) {
        delete(file.getPath(), true);
      }
    }
    boolean deleted = super.delete(path, recursive);
    if (deleted) {
      changed("delete", path);
    }
    return deleted;
  }

  @Override
  public boolean mkdirs(Path path) throws IOException {
    boolean made = super.mkdirs(path);
    changed("mkdirs", path);
    return made;
  }

  /** Without permissions, which are only known of addresses that begin with {@code file}. */
  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    return Stream.of(super.listStatus(path)).map(CrashingFiles::plain).toArray(FileStatus[]::new);
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return plain(super.getFileStatus(path));
  }

  private static FileStatus plain(FileStatus file) {
    return new FileStatus(
        file.getLen(),
        file.isDirectory(),
        1,
        file.getBlockSize(),
        file.getModificationTime(),
        file.getPath());
  }

  private synchronized void changed(String what, Path path) throws IOException {
    // What Spark does on its way to whole files, and the lock's life, are others' business.
    if (path.toString().contains("_temporary") || path.toString().contains("_lock")) {
      return;
    }
    String killAt = getConf().get(KILL_AT, "");
    if (!killAt.isEmpty() && (what + " " + path).matches(killAt)) {
      Runtime.getRuntime().halt(KILLED);
    }
    String copies = getConf().get(COPIES, "");
    if (!copies.isEmpty()) {
      java.nio.file.Path root = java.nio.file.Path.of(getConf().get(ROOT));
      java.nio.file.Path copy = java.nio.file.Path.of(copies, Integer.toString(change++));
      try (Stream<java.nio.file.Path> files = Files.walk(root)) {
        for (java.nio.file.Path file : files.toList()) {
          if (!file.toString().contains("_lock")) {
            Files.copy(file, copy.resolve(root.relativize(file)));
          }
        }
      }
    }
  }
}
