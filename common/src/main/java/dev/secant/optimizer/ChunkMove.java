package dev.secant.optimizer;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * One step of an update rule by the processor's vector units, a chunk of the vectors at a time, so
 * that whoever looks at the chunk finds it in the cache. The numbers are those of {@link
 * Optimizer#update()}, to the bit.
 */
@FunctionalInterface
public interface ChunkMove {
  /**
   * Moves a chunk of the weights, and of the rule's slots beside them, in place. Chunks may be
   * moved in any order and by several threads, each of them once.
   *
   * @param weights float32 in native order, as is the gradient
   * @param at where the chunk begins in the weights, in bytes
   * @param gradient raw; left as it is
   * @param inGradient where the chunk begins in it, in bytes
   * @param size numbers in the chunk
   * @param before takes the weights as they were
   */
  void move(
      ByteBuffer weights, int at, ByteBuffer gradient, int inGradient, int size, float[] before);

  /** A rule's steps. */
  @FunctionalInterface
  interface Rule {
    /**
     * The step for these settings.
     *
     * @param factor what clipping multiplies the gradient by
     * @param decay weight decay
     * @param slots in the order of {@link Optimizer#slots()}; float32 in native order
     */
    ChunkMove step(double learningRate, float factor, double decay, List<ByteBuffer> slots);
  }
}
