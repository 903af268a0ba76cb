package dev.secant.data;

import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A dataset as a sweep names it: a type with all its settings, cheap to hold and to compare. The
 * samples are read, or generated, by {@link #load}.
 */
public interface DatasetSource {
  /** The name in the configuration, such as {@code cifar10}. */
  String type();

  /**
   * Every setting that changes a sample, with defaults filled in: numbers, texts, booleans, lists.
   */
  SortedMap<String, Object> settings();

  /**
   * What it reads below the root, a folder or a file, so that no more is brought where the root
   * lies in an object store; empty for generated datasets.
   */
  default Optional<String> place() {
    return Optional.empty();
  }

  /**
   * Reads the dataset into memory, or lists its files where it is too large.
   *
   * @param root the folder that holds one sub-folder a dataset ({@code data.root}); unused by
   *     generated datasets
   * @throws dev.secant.config.InputException where a file is missing, truncated or not what it
   *     should be; the message names the path
   */
  Dataset load(Path root);
}
