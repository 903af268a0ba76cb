package dev.secant.job;

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
  /** The same configuration, but that local paths are of this file system. */
  static Configuration in(Configuration configuration) {
    Configuration with = new Configuration(configuration);
    with.setClass("fs.file.impl", LocalFiles.class, FileSystem.class);
    // The cache knows schemes, not classes: it would answer with Spark's.
    with.setBoolean("fs.file.impl.disable.cache", true);
    return with;
  }

  @Override
  public void setPermission(Path path, FsPermission permission) {}
}
