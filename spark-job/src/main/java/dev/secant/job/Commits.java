package dev.secant.job;

import dev.secant.table.TrialRecord;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
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
      List<Future<Map.Entry<String, String>>> read = new ArrayList<>();
      RemoteIterator<? extends FileStatus> all = files.listFiles(folder, true);
      while (all.hasNext()) {
        FileStatus file = all.next();
        String parent = file.getPath().getParent().getName();
        if (parent.startsWith(partition) && isRows(file.getPath().getName())) {
          String id = parent.substring(partition.length());
          read.add(readers.submit(() -> Map.entry(id, status(files, file))));
        }
      }
      Map<String, String> statuses = new HashMap<>();
      for (Future<Map.Entry<String, String>> one : read) {
        statuses.put(one.get().getKey(), one.get().getValue());
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

  private static boolean isRows(String name) {
    return name.endsWith(".parquet") && !name.startsWith("_") && !name.startsWith(".");
  }

  private static String status(FileSystem files, FileStatus file) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromStatus(file, files.getConf()))) {
      for (BlockMetaData block : reader.getFooter().getBlocks()) {
        for (ColumnChunkMetaData column : block.getColumns()) {
          Statistics<?> bounds = column.getStatistics();
          if (column.getPath().toDotString().equals("status")
              && block.getRowCount() == 1
              && bounds.hasNonNullValue()) {
            return bounds.minAsString();
          }
        }
      }
    }
    throw new IOException(
        file.getPath() + " is not a row of " + TrialRecord.TABLE.name() + " with a status");
  }
}
