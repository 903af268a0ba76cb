package dev.secant.job;

import dev.secant.training.CheckpointStore;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A trial's checkpoints in a folder of any Hadoop file system. */
final class HadoopCheckpoints implements CheckpointStore {
  private final Path folder;
  private final FileSystem files;

  HadoopCheckpoints(Path folder, Configuration hadoop) throws IOException {
    this.folder = folder;
    this.files = folder.getFileSystem(hadoop);
  }

  @Override
  public void write(String name, Body body) throws IOException {
    Path path = new Path(folder, name);
    Path open = new Path(folder, "." + name + ".open");
    try (OutputStream out = files.create(open, true, 1 << 20)) {
      body.writeTo(out);
    }
    files.delete(path, false);
    if (!files.rename(open, path)) {
      throw new IOException("cannot rename " + open + " to " + path);
    }
  }

  @Override
  public Optional<InputStream> open(String name) throws IOException {
    try {
      return Optional.of(new BufferedInputStream(files.open(new Path(folder, name)), 1 << 20));
    } catch (FileNotFoundException absent) {
      return Optional.empty();
    }
  }
}
