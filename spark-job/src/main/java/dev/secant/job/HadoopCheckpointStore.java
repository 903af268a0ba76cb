package dev.secant.job;

import dev.secant.training.CheckpointStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Checkpoints of one trial in a folder of any Hadoop file system. */
final class HadoopCheckpointStore implements CheckpointStore {
  private final FileSystem files;
  private final Path folder;

  HadoopCheckpointStore(FileSystem files, Path folder) {
    this.files = files;
    this.folder = folder;
  }

  @Override
  public CheckpointStore ofTrial(String trialId) {
    return new HadoopCheckpointStore(files, new Path(folder.getParent(), trialId));
  }

  @Override
  public void write(String name, Body body) throws IOException {
    Path file = new Path(folder, name);
    try {
      WholeFile.write(files, file, body::writeTo);
    } catch (IOException e) {
      throw new OutputFailed(file + " cannot be written", e);
    }
  }

  @Override
  public Optional<InputStream> open(String name) throws IOException {
    try {
      return Optional.of(files.open(new Path(folder, name)));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new OutputFailed(new Path(folder, name) + " cannot be opened", e);
    }
  }
}
