package dev.secant.job;

import dev.secant.table.Table;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.MultipartUploader;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * What is in an output and belongs to nobody: what a crash left, and what a trial needs no more.
 */
final class Leftovers {
  /** What of a trial's checkpoints may stay, without extension. */
  static final Set<String> KEPT_CHECKPOINTS = Set.of("step-0", "final");

  private final Output output;
  private final FileSystem files;

  Leftovers(Output output) {
    this.output = output;
    this.files = output.files();
  }

  /**
   * Removes what a crash left, or finishes it; for who holds the output's lock. Rows and
   * checkpoints of trials that are not committed are not of this: a run goes on with them or
   * removes them.
   */
  void recover() throws IOException {
    Set<String> names = output.names(output.root());
    for (Table table : Output.TABLES) {
      if (isLeft(names, table.name())) {
        new Replacement(output, table.name()).recover();
      }
    }
    for (String derived : Output.DERIVED) {
      if (isLeft(names, derived) || names.contains(Output.lockOf(derived))) {
        recoverDerived(derived);
      }
    }
    for (String name : names) {
      if (WholeFile.isUnderWay(name)) {
        files.delete(new Path(output.root(), name), false);
      }
    }
    abortUploads();
  }

  private static boolean isLeft(Set<String> names, String table) {
    return names.contains("_" + table + "-new") || names.contains("_" + table + "-manifest");
  }

  private void recoverDerived(String name) throws IOException {
    if (OutputLock.holder(output, Output.lockOf(name)).isEmpty()) {
      try (OutputLock lock = OutputLock.take(output, Output.lockOf(name))) {
        new Replacement(output, name).recover();
      }
    }
  }

  /** Objects of which a process wrote a part before it died cost money and are not seen. */
  private void abortUploads() throws IOException {
    if (files.hasPathCapability(output.root(), CommonPathCapabilities.FS_MULTIPART_UPLOADER)) {
      try (MultipartUploader uploads = files.createMultipartUploader(output.root()).build()) {
        FutureIO.awaitFuture(uploads.abortUploadsUnderPath(output.root()));
      } catch (IOException e) {
        // Not every store can list them, or lets everybody; the output is sound without it.
        System.err.println(
            "secant: whether a crash left uploads below "
                + output.root()
                + " is not known: "
                + e.getMessage());
      }
    }
  }

  /** The trials that have rows in any table; each folder is listed once. */
  Set<String> trialsWithRows() throws IOException {
    Set<String> ids = new TreeSet<>();
    for (Table table : Output.TABLES) {
      for (String name : output.names(output.folder(table))) {
        if (name.startsWith(Output.PARTITION)) {
          ids.add(name.substring(Output.PARTITION.length()));
        }
      }
    }
    return ids;
  }

  /**
   * The trials that have other checkpoints than those that may stay, or a folder for them with
   * nothing in it: a deletion that was interrupted leaves one.
   */
  Set<String> trialsWithLeftCheckpoints() throws IOException {
    Path folder = output.checkpoints();
    Set<String> left = new TreeSet<>(output.names(folder));
    Set<String> withFiles = new TreeSet<>();
    Set<String> withOthers = new TreeSet<>();
    try {
      // One listing for all of them: an object store answers it a thousand files at a time.
      var all = files.listFiles(folder, true);
      while (all.hasNext()) {
        Path file = all.next().getPath();
        withFiles.add(file.getParent().getName());
        if (!KEPT_CHECKPOINTS.contains(withoutExtension(file.getName()))) {
          withOthers.add(file.getParent().getName());
        }
      }
    } catch (FileNotFoundException e) {
      return Set.of();
    }
    left.removeAll(withFiles);
    left.addAll(withOthers);
    return left;
  }

  private static String withoutExtension(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  /** Removes the rows of a trial; the one that commits goes first. */
  void removeRows(String trialId) throws IOException {
    for (int i = Output.TABLES.size() - 1; i >= 0; i--) {
      files.delete(output.rows(Output.TABLES.get(i), trialId), true);
    }
  }

  /** Removes what executors that were killed had under way in a trial's folders. */
  void removeUnderWay(String trialId) throws IOException {
    if (files.hasPathCapability(output.root(), CommonPathCapabilities.ABORTABLE_STREAM)) {
      return;
    }
    for (Table table : Output.TABLES) {
      for (String name : output.names(output.rows(table, trialId))) {
        if (WholeFile.isUnderWay(name)) {
          files.delete(new Path(output.rows(table, trialId), name), false);
        }
      }
    }
  }

  /** Removes a trial's checkpoints, all but those of these names (without extension). */
  void removeCheckpoints(String trialId, Set<String> except) throws IOException {
    if (except.isEmpty()) {
      // First what may stay, so that what an interrupted deletion leaves is known for what it is.
      for (String name : KEPT_CHECKPOINTS) {
        files.delete(new Path(output.checkpoints(trialId), name + ".safetensors"), false);
      }
      files.delete(output.checkpoints(trialId), true);
      return;
    }
    for (String name : output.names(output.checkpoints(trialId))) {
      if (!except.contains(withoutExtension(name))) {
        files.delete(new Path(output.checkpoints(trialId), name), true);
      }
    }
  }
}
