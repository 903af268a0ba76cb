package dev.secant.job;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.HadoopReadOptions;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;

/**
 * Which trials are committed, as their rows in {@code trials} say. A file holds one row, so the
 * bounds of its column {@code status}, which stand in the file's footer, are the status: thousands
 * of trials are read in seconds.
 */
final class Commits {
  /** An object store answers many at once; a disk is not slowed by them. */
  private static final int READERS = 32;

  private Commits() {}

  /**
   * The status of each committed trial, by id.
   *
   * @param folder of the table
   * @param partition what a trial's folder is called, in front of its id
   */
  static Map<String, String> read(FileSystem files, Path folder, String partition)
      throws IOException {
    ExecutorService readers = Executors.newFixedThreadPool(READERS);
    try {
      Map<String, Future<String>> read = new HashMap<>();
      for (FileStatus trial : files.listStatus(folder)) {
        String name = trial.getPath().getName();
        if (name.startsWith(partition)) {
          read.put(
              name.substring(partition.length()),
              readers.submit(() -> status(files, trial.getPath())));
        }
      }
      Map<String, String> statuses = new HashMap<>();
      for (Map.Entry<String, Future<String>> one : read.entrySet()) {
        String status = one.getValue().get();
        if (!status.isEmpty()) {
          statuses.put(one.getKey(), status);
        }
      }
      return statuses;
    } catch (FileNotFoundException e) {
      return Map.of();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the trials were read", e);
    } finally {
      readers.shutdownNow();
    }
  }

  /** What the trial's row says; empty where its folder holds none, or was removed meanwhile. */
  private static String status(FileSystem files, Path trial) throws IOException {
    try {
      for (FileStatus file : files.listStatus(trial)) {
        if (Output.isParquet(file.getPath().getName())) {
          return status(files, file);
        }
      }
    } catch (FileNotFoundException e) {
      // Some object stores list a folder whose only object never arrived, and then deny it.
      return "";
    }
    return "";
  }

  private static String status(FileSystem files, FileStatus file) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(
            HadoopInputFile.fromStatus(file, files.getConf()),
            HadoopReadOptions.builder(files.getConf()).build())) {
      return status(reader.getFooter().getBlocks())
          .orElseThrow(() -> new IOException(file.getPath() + " has no row with a status"));
    }
  }

  private static Optional<String> status(List<BlockMetaData> blocks) {
    return blocks.stream()
        .filter(block -> block.getRowCount() == 1)
        .flatMap(block -> block.getColumns().stream())
        .filter(column -> column.getPath().toDotString().equals("status"))
        .map(ColumnChunkMetaData::getStatistics)
        .filter(Statistics::hasNonNullValue)
        .map(Statistics::minAsString)
        .findFirst();
  }
}
