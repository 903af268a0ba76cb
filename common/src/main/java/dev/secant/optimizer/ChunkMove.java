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

  /**
   * What one step is made with.
   *
   * @param factor what clipping multiplies the gradient by
   * @param decay weight decay
   */
  record Settings(double learningRate, float factor, double decay) {}

  /**
   * A rule's steps; its slots are float32 in native order, as {@link Optimizer#slots()} has them.
   */
  interface Rule {
    /** A step. */
    ChunkMove step(Settings settings, List<ByteBuffer> slots);

    /**
     * Steps with their products.
     *
     * @param settings of each, at most {@link SummedMove#MOST}
     */
    SummedMove summed(List<Settings> settings, List<ByteBuffer> slots);
  }
}
