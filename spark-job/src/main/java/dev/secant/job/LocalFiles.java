package dev.secant.job;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * The local file system without the process {@code chmod} that Hadoop's starts for each file and
 * folder, which takes longer than writing one: permissions are what the process's umask leaves. And
 * without a second file of checksums beside each: Parquet and checkpoints have their own.
 */
final class LocalFiles extends RawLocalFileSystem {
  /**
   * The file system of a path: this one where it is local. Others, which keep files of their own on
   * a local disk, never meet it.
   */
  static FileSystem orOther(Path path, Configuration configuration) throws IOException {
    String scheme = path.toUri().getScheme();
    if (scheme == null) {
      scheme = FileSystem.getDefaultUri(configuration).getScheme();
    }
    if (!scheme.equals("file")) {
      return path.getFileSystem(configuration);
    }
    Configuration with = new Configuration(configuration);
    with.setClass("fs.file.impl", LocalFiles.class, FileSystem.class);
    // The cache knows schemes, not classes: it would answer with Spark's.
    with.setBoolean("fs.file.impl.disable.cache", true);
    return path.getFileSystem(with);
  }

  @Override
  public void setPermission(Path path, FsPermission permission) {}
}
