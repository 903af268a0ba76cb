package dev.secant.geometry;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner products of one step in a single pass over the vectors, with the vector units of the
 * processor: what the tensor library does in fourteen passes over each part. Numbers are multiplied
 * and summed in float32 over chunks short enough that rounding does not add up, the chunks in
 * float64. Which thread takes which block changes nothing: blocks are fixed, and added in order.
 *
 * <p>All vectors are float32 in native order. Java 17 and 18 read them where they lie; Java 19 took
 * such loads away, so there a chunk is copied to the heap first, which takes half as long again.
 */
final class VectorProducts {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final boolean IN_PLACE = Runtime.version().feature() < 19;

  /** Numbers of a chunk: four chunks lie in a first-level cache. */
  private static final int LENGTH = 512;

  private static final int CHUNK = LENGTH * Float.BYTES;

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
    float[] lanes = new float[SPECIES.length()];
    float[] copies = new float[IN_PLACE ? 0 : 4 * LENGTH];
    for (int i = 0; i < block.size(); i += CHUNK) {
      int at = block.start() + i;
      int size = Math.min(CHUNK, block.size() - i);
      Chunk w = Chunk.of(before, at, size, copies, 0);
      Chunk g = Chunk.of(block.gradient(), block.inGradient() + i, size, copies, 1);
      Chunk a = Chunk.of(after, at, size, copies, 2);
      for (int k = 0; k < references.size(); k++) {
        Chunk r = Chunk.of(references.get(k), at, size, copies, 3);
        if (k == 0) {
          addFirst(w, g, a, r, sums, lanes);
        } else {
          addTowards(w, g, a, r, sums, SHARED + TOWARDS * k, lanes);
        }
      }
      sink.put(at, size);
    }
    return sums;
  }

  /**
   * A chunk of one vector.
   *
   * @param bytes where it lies
   * @param at its first byte in them
   * @param copy on the heap, where it had to be copied
   * @param inCopy its first number in the copy
   */
  private record Chunk(ByteBuffer bytes, int at, float[] copy, int inCopy) {
    static Chunk of(ByteBuffer bytes, int at, int size, float[] copies, int index) {
      if (size < CHUNK) {
        // The zeros behind a short chunk add nothing to any product.
        return of(
            ByteBuffer.allocateDirect(CHUNK).put(0, bytes, at, size), 0, CHUNK, copies, index);
      }
      if (!IN_PLACE) {
        bytes.order(ORDER).asFloatBuffer().get(at / Float.BYTES, copies, index * LENGTH, LENGTH);
      }
      return new Chunk(bytes, at, copies, index * LENGTH);
    }

    /** Its numbers from the {@code i}-th on. */
    FloatVector load(int i) {
      return IN_PLACE
          ? FloatVector.fromByteBuffer(SPECIES, bytes, at + i * Float.BYTES, ORDER)
          : FloatVector.fromArray(SPECIES, copy, inCopy + i);
    }
  }

  /**
   * Adds a chunk's ww, gg, uu and wg, and with them dd, gd, wd and ud towards the first reference:
   * eight sums that do not wait for each other, of numbers that are loaded once.
   */
  private static void addFirst(
      Chunk weights, Chunk gradient, Chunk after, Chunk reference, double[] sums, float[] lanes) {
    FloatVector ww = FloatVector.zero(SPECIES);
    FloatVector gg = FloatVector.zero(SPECIES);
    FloatVector uu = FloatVector.zero(SPECIES);
    FloatVector wg = FloatVector.zero(SPECIES);
    FloatVector dd = FloatVector.zero(SPECIES);
    FloatVector gd = FloatVector.zero(SPECIES);
    FloatVector wd = FloatVector.zero(SPECIES);
    FloatVector ud = FloatVector.zero(SPECIES);
    for (int i = 0; i < LENGTH; i += SPECIES.length()) {
      FloatVector w = weights.load(i);
      FloatVector g = gradient.load(i);
      FloatVector u = after.load(i).sub(w);
      FloatVector d = w.sub(reference.load(i));
      ww = w.fma(w, ww);
      gg = g.fma(g, gg);
      uu = u.fma(u, uu);
      wg = w.fma(g, wg);
      dd = d.fma(d, dd);
      gd = g.fma(d, gd);
      wd = w.fma(d, wd);
      ud = u.fma(d, ud);
    }
    sums[0] += sum(ww, lanes);
    sums[1] += sum(gg, lanes);
    sums[2] += sum(uu, lanes);
    sums[3] += sum(wg, lanes);
    sums[4] += sum(dd, lanes);
    sums[5] += sum(gd, lanes);
    sums[6] += sum(wd, lanes);
    sums[7] += sum(ud, lanes);
  }

  /** Adds a chunk's dd, gd, wd and ud towards another reference from {@code into} on. */
  private static void addTowards(
      Chunk weights,
      Chunk gradient,
      Chunk after,
      Chunk reference,
      double[] sums,
      int into,
      float[] lanes) {
    FloatVector dd = FloatVector.zero(SPECIES);
    FloatVector gd = FloatVector.zero(SPECIES);
    FloatVector wd = FloatVector.zero(SPECIES);
    FloatVector ud = FloatVector.zero(SPECIES);
    for (int i = 0; i < LENGTH; i += SPECIES.length()) {
      FloatVector w = weights.load(i);
      FloatVector g = gradient.load(i);
      FloatVector u = after.load(i).sub(w);
      FloatVector d = w.sub(reference.load(i));
      dd = d.fma(d, dd);
      gd = g.fma(d, gd);
      wd = w.fma(d, wd);
      ud = u.fma(d, ud);
    }
    sums[into] += sum(dd, lanes);
    sums[into + 1] += sum(gd, lanes);
    sums[into + 2] += sum(wd, lanes);
    sums[into + 3] += sum(ud, lanes);
  }

  /** Lane after lane: the vector module's own sum may be in any order, and is in some JVMs. */
  private static double sum(FloatVector vector, float[] lanes) {
    vector.intoArray(lanes, 0);
    double sum = 0;
    for (float lane : lanes) {
      sum += lane;
    }
    return sum;
  }

  private static void add(double[] total, double[] more) {
    for (int i = 0; i < total.length; i++) {
      total[i] += more[i];
    }
  }
}
