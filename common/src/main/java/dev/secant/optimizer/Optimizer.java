package dev.secant.optimizer;

import java.util.List;
import java.util.SortedMap;

/**
 * An update rule on one flat weight vector, with PyTorch's semantics.
 *
 * <p>{@link #update()} is TorchScript: statements over {@code w} (the weights, changed in place),
 * {@code g} (the gradient, clipped and with weight decay added, not to be changed), the slots by
 * their names (changed in place), {@code lr} (float) and {@code t} (int, 1 at the first step).
 */
public interface Optimizer {
  /** The name in tables: {@code sgd}, {@code momentum}, {@code nesterov}, {@code adam}. */
  String type();

  /** The peak learning rate, which the schedule scales. */
  double learningRate();

  /** Every setting that changes the path, with defaults filled in, the learning rate included. */
  SortedMap<String, Object> settings();

  /** The state it keeps, each a vector of the weights' length that starts at 0. */
  List<String> slots();

  String update();
}
