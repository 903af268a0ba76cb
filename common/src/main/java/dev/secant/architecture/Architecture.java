package dev.secant.architecture;

import dev.secant.data.Task;
import java.util.SortedMap;

/** A kind of network with its options, which becomes a {@link Network} once the task is known. */
public interface Architecture {
  /** The name in the configuration, such as {@code resnet-cifar}. */
  String type();

  /** Every option, with defaults filled in. */
  SortedMap<String, Object> settings();

  /**
   * The network for a task.
   *
   * @throws dev.secant.config.InputException where this architecture cannot do the task
   */
  Network network(Task task);
}
