package dev.secant.optimizer;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * One step of an update rule, or two in a row, that sums its inner products towards one point in
 * the loop that moves the weights: each number is loaded once for all of it. The numbers are those
 * of one {@link ChunkMove} after another, to the bit.
 */
public interface SummedMove {
  /** How many steps can be made at once. */
  int MOST = 2;

  /** The steps in their order, for those who make them one by one. */
  List<? extends ChunkMove> steps();

  /**
   * Moves a chunk of the weights, and of the rule's slots beside them, in place; see {@link
   * ChunkMove#move}.
   *
   * @param gradients each step's, raw; left as they are
   * @param inGradient where the chunk begins in each of them, in bytes
   * @param size numbers in the chunk: a multiple of the vector units' width
   * @param reference the point, laid out as the weights are
   * @param lanes takes the sums of each step after another, in the order ww, gg, uu, wg, dd, gd, wd
   *     and ud of {@link dev.secant.geometry.Products}; each of them as many numbers as the vector
   *     units are wide, which are to be added
   */
  void move(
      ByteBuffer weights,
      int at,
      List<ByteBuffer> gradients,
      int inGradient,
      int size,
      ByteBuffer reference,
      float[] lanes);
}
