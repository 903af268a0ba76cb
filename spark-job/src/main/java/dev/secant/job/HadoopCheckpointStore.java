package dev.secant.job;

import dev.secant.training.CheckpointStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Checkpoints of one trial in a folder of any Hadoop file system. A file is written under a name of
 * its own and renamed when it is whole, so two attempts of one task cannot mix.
 */
final class HadoopCheckpointStore implements CheckpointStore {
  private final FileSystem files;
  private final Path folder;

  HadoopCheckpointStore(Path folder, Configuration configuration) throws IOException {
    this.files = folder.getFileSystem(configuration);
    this.folder = folder;
  }

  private HadoopCheckpointStore(FileSystem files, Path folder) {
    this.files = files;
    this.folder = folder;
  }

  @Override
  public CheckpointStore ofTrial(String trialId) {
    return new HadoopCheckpointStore(files, new Path(folder.getParent(), trialId));
  }

  @Override
  public void write(String name, Body body) throws IOException {
    Path whole = new Path(folder, name);
    Path part = new Path(folder, "_" + name + "." + UUID.randomUUID());
    try {
      try (OutputStream out = files.create(part)) {
        body.writeTo(out);
      }
      files.delete(whole, false);
      if (!files.rename(part, whole)) {
        throw new IOException("checkpoint " + part + " cannot be renamed to " + whole);
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

  @Override
  public Optional<InputStream> open(String name) throws IOException {
    try {
      return Optional.of(files.open(new Path(folder, name)));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }
}
