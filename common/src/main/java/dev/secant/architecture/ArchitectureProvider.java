package dev.secant.architecture;

import dev.secant.config.Settings;
import dev.secant.data.Task;
import java.util.Optional;

/**
 * What adds an architecture of your own to those that a sweep can name. A public class with a
 * public constructor without parameters, named in {@code
 * META-INF/services/dev.secant.architecture.ArchitectureProvider} of a jar on the class path, is
 * found by {@link java.util.ServiceLoader}.
 */
public interface ArchitectureProvider {
  /** The name in the configuration; none of the built-in ones. */
  String type();

  /** One line on what it is and its options, for {@code secant architectures}. */
  String description();

  /**
   * Reads the options. Keys that it does not ask for are refused afterwards.
   *
   * @throws dev.secant.config.InputException where an option is out of range
   */
  Architecture parse(Settings settings);

  /**
   * The task at which {@code secant architectures} counts the weights of the network with default
   * options; empty where an option has no default.
   */
  default Optional<Task> exampleTask() {
    return Optional.empty();
  }
}
