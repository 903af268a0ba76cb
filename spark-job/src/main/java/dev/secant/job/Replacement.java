package dev.secant.job;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * New Parquet files for a folder, which take the place of everything in it all at once, on any file
 * system. They are written whole into the hidden folder {@code _<name>-new}. Then one small file,
 * {@code _<name>-manifest}, names them: from that moment they are the folder, wherever they lie.
 * The old files go, the new ones move into the folder, the manifest goes.
 *
 * <p>Whoever reads asks for {@link #committed()} first. What a crash interrupted is finished where
 * the manifest is there, and forgotten where it is not. Only who holds the lock writes.
 */
final class Replacement {
  private final Output output;
  private final String name;
  private final FileSystem files;
  private final Path folder;
  private final Path manifest;

  Replacement(Output output, String name) {
    this.output = output;
    this.name = name;
    this.files = output.files();
    this.folder = new Path(output.root(), name);
    this.manifest = new Path(output.root(), "_" + name + "-manifest");
  }

  /** Where the new files are to be written. */
  Path next() {
    return new Path(output.root(), "_" + name + "-new");
  }

  /** Puts the files that are in {@link #next()} in the place of the folder's. */
  void commit() throws IOException {
    List<String> names = output.names(next()).stream().filter(Output::isParquet).toList();
    byte[] text = String.join("\n", names).getBytes(StandardCharsets.UTF_8);
    WholeFile.write(files, manifest, out -> out.write(text));
    finish(names);
  }

  /** Ends what was interrupted. */
  void recover() throws IOException {
    Optional<List<String>> names = read();
    if (names.isPresent()) {
      finish(names.get());
    } else {
      files.delete(next(), true);
    }
  }

  /**
   * The files that are the folder's content while they take their place; empty where the folder
   * itself is to be read.
   */
  Optional<List<Path>> committed() throws IOException {
    Optional<List<String>> names = read();
    if (names.isEmpty()) {
      return Optional.empty();
    }
    TreeSet<String> moved = new TreeSet<>(output.names(folder));
    return Optional.of(
        names.get().stream()
            .map(file -> new Path(moved.contains(file) ? folder : next(), file))
            .toList());
  }

  private Optional<List<String>> read() throws IOException {
    try (var in = files.open(manifest)) {
      List<String> names =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isEmpty())
              .toList();
      if (names.stream().anyMatch(file -> !Output.isParquet(file) || file.contains("/"))) {
        throw new IOException(manifest + " is not a list of Parquet files");
      }
      return Optional.of(names);
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  private void finish(List<String> names) throws IOException {
    TreeSet<String> there = new TreeSet<>(output.names(folder));
    // No new file is there before every old one has gone.
    if (Collections.disjoint(there, names)) {
      files.delete(folder, true);
      if (!output.names(folder).isEmpty()) {
        throw new IOException(folder + " cannot be emptied");
      }
      there.clear();
      files.mkdirs(folder);
    }
    for (String file : names) {
      if (!there.contains(file) && !files.rename(new Path(next(), file), new Path(folder, file))) {
        throw new IOException(file + " cannot be moved to " + folder);
      }
    }
    files.delete(manifest, false);
    files.delete(next(), true);
  }
}
