package dev.secant.job;

import dev.secant.data.DataRoot;
import dev.secant.data.Dataset;
import dev.secant.data.DatasetSource;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;

/**
 * The datasets of this process. The one place with state of the process: tasks come and go while
 * the samples, immutable, are read once and shared by all of them.
 */
final class LoadedDatasets {
  private static final Map<Key, Dataset> LOADED = new ConcurrentHashMap<>();

  private record Key(String type, SortedMap<String, Object> settings, DataRoot root) {}

  private LoadedDatasets() {}

  /**
   * The dataset, brought to this machine and read if this process has not read it yet.
   *
   * @param configuration how an object store is reached
   * @throws dev.secant.config.InputException where it cannot be read
   */
  static Dataset load(DatasetSource source, DataRoot root, Configuration configuration) {
    return LOADED.computeIfAbsent(
        new Key(source.type(), source.settings(), root),
        key -> {
          if (root.isRemote()) {
            source.place().ifPresent(place -> DataCache.bring(root, place, configuration));
          }
          return source.load(root.folder());
        });
  }
}
