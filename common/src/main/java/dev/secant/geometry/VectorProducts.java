package dev.secant.geometry;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
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
 */
final class VectorProducts {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Numbers of a chunk; four of them lie in a first-level cache, each lane adds a few dozen. */
  private static final int CHUNK = 512;

  /** Numbers of a block, the share that one thread takes. */
  private static final int BLOCK = 1 << 20;

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
      FloatBuffer before,
      List<FloatBuffer> gradient,
      FloatBuffer after,
      List<FloatBuffer> references,
      int threads) {
    return products(before, gradient, after, references, threads, (index, weights, size) -> {});
  }

  /** The same; copies {@code after} over {@code before} on the way, for the next step. */
  static List<Products> ofStepAndOn(
      FloatBuffer before,
      List<FloatBuffer> gradient,
      FloatBuffer after,
      List<FloatBuffer> references,
      int threads) {
    return products(
        before,
        gradient,
        after,
        references,
        threads,
        (index, weights, size) -> before.put(index, weights, 0, size));
  }

  /** Where the weights after the step go while they are in the cache. */
  @FunctionalInterface
  private interface Sink {
    void put(int index, float[] weights, int size);
  }

  private static List<Products> products(
      FloatBuffer before,
      List<FloatBuffer> gradient,
      FloatBuffer after,
      List<FloatBuffer> references,
      int threads,
      Sink sink) {
    List<Block> blocks = Block.of(gradient);
    Stream<Block> stream = threads > 1 ? blocks.parallelStream() : blocks.stream();
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
   * Where a share begins, in the whole vectors and in its piece of the gradient.
   *
   * @param size at most {@link #BLOCK}
   */
  private record Block(int start, FloatBuffer gradient, int inGradient, int size) {
    static List<Block> of(List<FloatBuffer> gradient) {
      List<Block> blocks = new ArrayList<>();
      int start = 0;
      for (FloatBuffer piece : gradient) {
        for (int i = 0; i < piece.capacity(); i += BLOCK) {
          blocks.add(new Block(start + i, piece, i, Math.min(BLOCK, piece.capacity() - i)));
        }
        start += piece.capacity();
      }
      return blocks;
    }
  }

  private static double[] sums(
      Block block, FloatBuffer before, FloatBuffer after, List<FloatBuffer> references, Sink sink) {
    float[] w = new float[CHUNK];
    float[] g = new float[CHUNK];
    float[] a = new float[CHUNK];
    float[] r = new float[CHUNK];
    double[] sums = new double[SHARED + TOWARDS * references.size()];
    for (int i = 0; i < block.size(); i += CHUNK) {
      int at = block.start() + i;
      int size = Math.min(CHUNK, block.size() - i);
      read(before, at, w, size);
      read(block.gradient(), block.inGradient() + i, g, size);
      read(after, at, a, size);
      sink.put(at, a, size);
      addShared(w, g, a, sums);
      for (int k = 0; k < references.size(); k++) {
        read(references.get(k), at, r, size);
        addTowards(w, g, a, r, sums, SHARED + TOWARDS * k);
      }
    }
    return sums;
  }

  /** Zeros behind a short chunk add nothing to any product. */
  private static void read(FloatBuffer from, int index, float[] into, int size) {
    from.get(index, into, 0, size);
    if (size < CHUNK) {
      Arrays.fill(into, size, CHUNK, 0);
    }
  }

  /** Adds ww, gg, uu and wg. */
  private static void addShared(float[] weights, float[] gradient, float[] after, double[] sums) {
    FloatVector ww = FloatVector.zero(SPECIES);
    FloatVector gg = FloatVector.zero(SPECIES);
    FloatVector uu = FloatVector.zero(SPECIES);
    FloatVector wg = FloatVector.zero(SPECIES);
    for (int i = 0; i < CHUNK; i += SPECIES.length()) {
      FloatVector w = FloatVector.fromArray(SPECIES, weights, i);
      FloatVector g = FloatVector.fromArray(SPECIES, gradient, i);
      FloatVector u = FloatVector.fromArray(SPECIES, after, i).sub(w);
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

  /** Adds dd, gd, wd and ud. */
  private static void addTowards(
      float[] weights, float[] gradient, float[] after, float[] reference, double[] sums, int at) {
    FloatVector dd = FloatVector.zero(SPECIES);
    FloatVector gd = FloatVector.zero(SPECIES);
    FloatVector wd = FloatVector.zero(SPECIES);
    FloatVector ud = FloatVector.zero(SPECIES);
    for (int i = 0; i < CHUNK; i += SPECIES.length()) {
      FloatVector w = FloatVector.fromArray(SPECIES, weights, i);
      FloatVector d = w.sub(FloatVector.fromArray(SPECIES, reference, i));
      FloatVector u = FloatVector.fromArray(SPECIES, after, i).sub(w);
      dd = d.fma(d, dd);
      gd = FloatVector.fromArray(SPECIES, gradient, i).fma(d, gd);
      wd = w.fma(d, wd);
      ud = u.fma(d, ud);
    }
    sums[at] += dd.reduceLanes(VectorOperators.ADD);
    sums[at + 1] += gd.reduceLanes(VectorOperators.ADD);
    sums[at + 2] += wd.reduceLanes(VectorOperators.ADD);
    sums[at + 3] += ud.reduceLanes(VectorOperators.ADD);
  }

  private static void add(double[] total, double[] more) {
    for (int i = 0; i < total.length; i++) {
      total[i] += more[i];
    }
  }
}
