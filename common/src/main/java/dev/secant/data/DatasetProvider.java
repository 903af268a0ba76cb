package dev.secant.data;

import dev.secant.config.Settings;

/**
 * A type of dataset that a sweep can name. The built-in types are providers; further ones are found
 * by {@link java.util.ServiceLoader}: a jar on the class path names the class, which is public and
 * has a constructor without parameters, in {@code
 * META-INF/services/dev.secant.data.DatasetProvider}. {@code docs/your-own-dataset.md} has a whole
 * example.
 */
public interface DatasetProvider {
  /** The name in the configuration, such as {@code cifar10}; no other provider may have it. */
  String type();

  /** What the dataset is, in one line, for the list of datasets. */
  String description();

  /**
   * Reads a dataset's settings; touches no file of the dataset. Whatever is in {@link
   * DatasetSource#settings()} must be read here: a trial is stored as these settings, with its
   * type, and read back from them. Keys that are not asked for are refused by the caller.
   *
   * @param settings the type and its options
   * @param validationFraction the share of the training samples to hold out where the settings do
   *     not say, for datasets that have no validation samples of their own
   * @throws dev.secant.config.InputException where an option is out of range
   */
  DatasetSource parse(Settings settings, double validationFraction);
}
