package dev.secant.optimizer;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * An update rule on one flat weight vector, with PyTorch's semantics.
 *
 * <p>{@link #update()} is TorchScript: statements over {@code w} (the weights, changed in place),
 * {@code g} (the gradient, clipped, not to be changed), the slots by their names (changed in
 * place), {@code lr} (float) and {@code t} (int, 1 at the first step). Weight decay was dealt with
 * before.
 */
public interface Optimizer {
  /** The name in tables, one of {@link Optimizers#types()}. */
  String type();

  /** The peak learning rate, which the schedule scales. */
  double learningRate();

  /** Every setting that changes the path, with defaults filled in, the learning rate included. */
  SortedMap<String, Object> settings();

  /** The state it keeps, each a vector of the weights' length that starts at 0. */
  List<String> slots();

  /**
   * Whether weight decay leaves the gradient alone and multiplies the weights by {@code 1 - lr
   * decay} before the update. Otherwise decay times the weights is added to the gradient.
   */
  default boolean decoupledDecay() {
    return false;
  }

  String update();

  /**
   * The same by the processor's vector units, to the bit, for rules that have it; only where {@link
   * dev.secant.engine.VectorUnits#equalTheTensorLibrary}.
   */
  default Optional<ChunkMove.Rule> chunks() {
    return Optional.empty();
  }
}
