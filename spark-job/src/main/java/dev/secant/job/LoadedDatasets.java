package dev.secant.job;

import dev.secant.data.Dataset;
import dev.secant.data.DatasetSource;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The datasets of this process. The one place with state of the process: tasks come and go while
 * the samples, immutable, are read once and shared by all of them.
 */
final class LoadedDatasets {
  private static final Map<Key, Dataset> LOADED = new ConcurrentHashMap<>();

  private record Key(String type, SortedMap<String, Object> settings, Path root) {}

  private LoadedDatasets() {}

  /**
   * The dataset, read if this process has not read it yet.
   *
   * @throws dev.secant.config.InputException where it cannot be read
   */
  static Dataset load(DatasetSource source, Path root) {
    return LOADED.computeIfAbsent(
        new Key(source.type(), source.settings(), root), key -> source.load(root));
  }
}
