package dev.secant.architecture;

import dev.secant.data.Task;
import dev.secant.engine.ModuleFile;
import java.util.Optional;

/**
 * A network ready to be compiled: what it holds and what it computes.
 *
 * @param weights the trainable tensors, in the order of the flat weight vector
 * @param buffers what travels with the weights but is not trained: BatchNorm's running statistics,
 *     fixed positions
 * @param dropouts how many dropout layers draw masks in a training step
 * @param body TorchScript statements that compute the output from {@code w}, {@code b} (lists of
 *     tensors), {@code x}, {@code training} (bool) and {@code seeds} (int64 tensor, one a dropout
 *     layer)
 * @param output the name of the variable that holds the output: {@code [n, classes]}, {@code [n,
 *     classes, height, width]} or {@code [n, window, classes]}
 * @param multiplyAdds of one sample on its way through the network, an estimate of its cost
 * @param module the file whose module the statements use, {@code self.model}
 */
public record Network(
    Task task,
    Layout weights,
    Layout buffers,
    int dropouts,
    String body,
    String output,
    long multiplyAdds,
    Optional<ModuleFile> module) {

  /** The number d of trainable weights. */
  public int size() {
    return weights.size();
  }
}
