package dev.secant.geometry;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner products of one step in a single pass over the vectors, with the vector units of the
 * processor: what the tensor library does in fourteen passes over each part. Numbers are multiplied
 * and summed in float32 over chunks short enough that rounding does not add up, the chunks in
 * float64. Which thread takes which block changes nothing: blocks are fixed, and added in order.
 *
 * <p>All vectors are float32 in native order, and read where they lie: a copy to the heap would
 * cost as much again, and three times as much where it meets the same cache lines' sets.
 */
final class VectorProducts {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Bytes of a chunk, 512 numbers: four of them lie in a first-level cache. */
  private static final int CHUNK = 512 * Float.BYTES;

  /** Bytes of a block, the share that one thread takes. */
  private static final int BLOCK = 1 << 22;

  /** Blocks that are worth waking another thread for. */
  private static final int MANY = 8;

  private static final int SHARED = 4;
  private static final int TOWARDS = 4;

  private VectorProducts() {}

  /**
   * The products towards each reference.
   *
   * @param gradient vectors that lie one after another
   * @param threads at most; 1 stays on the calling thread
   */
  static List<Products> ofStep(
      ByteBuffer before,
      List<ByteBuffer> gradient,
      ByteBuffer after,
      List<ByteBuffer> references,
      int threads) {
    return products(before, gradient, after, references, threads, (at, size) -> {});
  }

  /** The same; copies {@code after} over {@code before} on the way, for the next step. */
  static List<Products> ofStepAndOn(
      ByteBuffer before,
      List<ByteBuffer> gradient,
      ByteBuffer after,
      List<ByteBuffer> references,
      int threads) {
    return products(
        before,
        gradient,
        after,
        references,
        threads,
        (at, size) -> before.put(at, after, at, size));
  }

  /** Where the weights after the step go while they are in the cache. */
  @FunctionalInterface
  private interface Sink {
    void put(int at, int size);
  }

  private static List<Products> products(
      ByteBuffer before,
      List<ByteBuffer> gradient,
      ByteBuffer after,
      List<ByteBuffer> references,
      int threads,
      Sink sink) {
    List<Block> blocks = Block.of(gradient);
    boolean alone = threads == 1 || blocks.size() < MANY;
    Stream<Block> stream = alone ? blocks.stream() : blocks.parallelStream();
    List<double[]> sums =
        stream.map(block -> sums(block, before, after, references, sink)).toList();
    double[] total = new double[SHARED + TOWARDS * references.size()];
    sums.forEach(block -> add(total, block));
    return IntStream.range(0, references.size())
        .mapToObj(
            i -> {
              int at = SHARED + TOWARDS * i;
              return new Products(
                  total[0],
                  total[1],
                  total[at],
                  total[at + 1],
                  total[3],
                  total[at + 2],
                  total[2],
                  total[at + 3]);
            })
        .toList();
  }

  /**
   * Where a share begins, in the whole vectors and in its piece of the gradient, in bytes.
   *
   * @param size at most {@link #BLOCK}
   */
  private record Block(int start, ByteBuffer gradient, int inGradient, int size) {
    static List<Block> of(List<ByteBuffer> gradient) {
      List<Block> blocks = new ArrayList<>();
      int start = 0;
      for (ByteBuffer piece : gradient) {
        for (int i = 0; i < piece.capacity(); i += BLOCK) {
          blocks.add(new Block(start + i, piece, i, Math.min(BLOCK, piece.capacity() - i)));
        }
        start += piece.capacity();
      }
      return blocks;
    }
  }

  private static double[] sums(
      Block block, ByteBuffer before, ByteBuffer after, List<ByteBuffer> references, Sink sink) {
    double[] sums = new double[SHARED + TOWARDS * references.size()];
    for (int i = 0; i < block.size(); i += CHUNK) {
      int at = block.start() + i;
      int size = Math.min(CHUNK, block.size() - i);
      if (size == CHUNK) {
        ByteBuffer gradient = block.gradient();
        int inGradient = block.inGradient() + i;
        addShared(before, after, at, gradient, inGradient, sums);
        for (int k = 0; k < references.size(); k++) {
          int into = SHARED + TOWARDS * k;
          addTowards(references.get(k), before, after, at, gradient, inGradient, sums, into);
        }
      } else {
        ByteBuffer w = padded(before, at, size);
        ByteBuffer g = padded(block.gradient(), block.inGradient() + i, size);
        ByteBuffer a = padded(after, at, size);
        addShared(w, a, 0, g, 0, sums);
        for (int k = 0; k < references.size(); k++) {
          ByteBuffer r = padded(references.get(k), at, size);
          addTowards(r, w, a, 0, g, 0, sums, SHARED + TOWARDS * k);
        }
      }
      sink.put(at, size);
    }
    return sums;
  }

  /** A short chunk as a whole one: the zeros behind it add nothing to any product. */
  private static ByteBuffer padded(ByteBuffer buffer, int at, int size) {
    return ByteBuffer.allocateDirect(CHUNK).put(0, buffer, at, size);
  }

  /**
   * Adds a chunk's ww, gg, uu and wg.
   *
   * @param at where it begins in the weights
   * @param inGradient where it begins in the gradient
   */
  private static void addShared(
      ByteBuffer weights,
      ByteBuffer after,
      int at,
      ByteBuffer gradient,
      int inGradient,
      double[] sums) {
    FloatVector ww = FloatVector.zero(SPECIES);
    FloatVector gg = FloatVector.zero(SPECIES);
    FloatVector uu = FloatVector.zero(SPECIES);
    FloatVector wg = FloatVector.zero(SPECIES);
    for (int i = 0; i < CHUNK; i += SPECIES.vectorByteSize()) {
      FloatVector w = FloatVector.fromByteBuffer(SPECIES, weights, at + i, ORDER);
      FloatVector g = FloatVector.fromByteBuffer(SPECIES, gradient, inGradient + i, ORDER);
      FloatVector u = FloatVector.fromByteBuffer(SPECIES, after, at + i, ORDER).sub(w);
      ww = w.fma(w, ww);
      gg = g.fma(g, gg);
      uu = u.fma(u, uu);
      wg = w.fma(g, wg);
    }
    sums[0] += ww.reduceLanes(VectorOperators.ADD);
    sums[1] += gg.reduceLanes(VectorOperators.ADD);
    sums[2] += uu.reduceLanes(VectorOperators.ADD);
    sums[3] += wg.reduceLanes(VectorOperators.ADD);
  }

  /** Adds a chunk's dd, gd, wd and ud from {@code into} on. */
  private static void addTowards(
      ByteBuffer reference,
      ByteBuffer weights,
      ByteBuffer after,
      int at,
      ByteBuffer gradient,
      int inGradient,
      double[] sums,
      int into) {
    FloatVector dd = FloatVector.zero(SPECIES);
    FloatVector gd = FloatVector.zero(SPECIES);
    FloatVector wd = FloatVector.zero(SPECIES);
    FloatVector ud = FloatVector.zero(SPECIES);
    for (int i = 0; i < CHUNK; i += SPECIES.vectorByteSize()) {
      FloatVector w = FloatVector.fromByteBuffer(SPECIES, weights, at + i, ORDER);
      FloatVector g = FloatVector.fromByteBuffer(SPECIES, gradient, inGradient + i, ORDER);
      FloatVector d = w.sub(FloatVector.fromByteBuffer(SPECIES, reference, at + i, ORDER));
      FloatVector u = FloatVector.fromByteBuffer(SPECIES, after, at + i, ORDER).sub(w);
      dd = d.fma(d, dd);
      gd = g.fma(d, gd);
      wd = w.fma(d, wd);
      ud = u.fma(d, ud);
    }
    sums[into] += dd.reduceLanes(VectorOperators.ADD);
    sums[into + 1] += gd.reduceLanes(VectorOperators.ADD);
    sums[into + 2] += wd.reduceLanes(VectorOperators.ADD);
    sums[into + 3] += ud.reduceLanes(VectorOperators.ADD);
  }

  private static void add(double[] total, double[] more) {
    for (int i = 0; i < total.length; i++) {
      total[i] += more[i];
    }
  }
}
