package dev.secant.geometry;

import dev.secant.engine.VectorUnits;
import dev.secant.optimizer.ChunkMove;
import dev.secant.optimizer.SummedMove;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One pass over the vectors of a step, with the vector units of the processor: the weights move,
 * and the step's inner products are summed chunk by chunk while the chunk is in the cache. The
 * tensor library takes fourteen passes for the products alone. Numbers are multiplied and summed in
 * float32 over chunks short enough that rounding does not add up, the chunks in float64. Which
 * thread takes which block changes nothing: blocks are fixed, and added in order.
 *
 * <p>All vectors are float32 in native order. Java 17 and 18 read them where they lie; Java 19 took
 * such loads away, so there a chunk is copied to the heap first, which takes half as long again.
 *
 * <p>The loops take buffers and places one by one, and share no body: with a record for a chunk, or
 * a method that is passed a vector, Java 17's compiler after some thousand calls put each vector on
 * the heap, and the same sums took three times as long.
 */
public final class VectorPass {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final boolean IN_PLACE = VectorUnits.reachBuffers();

  /** Numbers of a chunk: four chunks lie in a first-level cache. */
  private static final int LENGTH = 512;

  private static final int CHUNK = LENGTH * Float.BYTES;

  /** Bytes of a block, the share that one thread takes. */
  private static final int BLOCK = 1 << 22;

  /**
   * Bytes of the weights that are worth waking another thread for. In how many pieces a gradient
   * comes says nothing of it.
   */
  private static final int LONG = 7 * BLOCK;

  private static final int SHARED = 4;
  private static final int TOWARDS = 4;

  /** Where chunks are copied to. */
  private static final int G = 0;

  private static final int A = LENGTH;
  private static final int R = 2 * LENGTH;

  private VectorPass() {}

  /**
   * Moves the weights.
   *
   * @param gradient vectors that lie one after another
   * @param references points that products are wanted towards; may be empty
   * @param threads threads that it may take, this one among them
   * @return the products of the step, towards each reference
   */
  public static List<Products> of(
      ChunkMove move,
      ByteBuffer weights,
      List<ByteBuffer> gradient,
      List<ByteBuffer> references,
      int threads) {
    double[] total = new double[products(references)];
    each(
            Block.of(List.of(gradient)),
            worth(weights, threads),
            block -> sums(block, move, weights, references))
        .forEach(sums -> add(total, sums));
    return IntStream.range(0, references.size())
        .mapToObj(k -> products(total, 0, SHARED + TOWARDS * k))
        .toList();
  }

  /**
   * Makes one step, or two at once, with the products of each towards one point in the same loop.
   *
   * @param gradients each step's: vectors that lie one after another, as long in every step
   * @param threads threads that it may take, this one among them
   * @return the products of each step
   */
  public static List<Products> of(
      SummedMove move,
      ByteBuffer weights,
      List<List<ByteBuffer>> gradients,
      ByteBuffer reference,
      int threads) {
    double[] total = new double[gradients.size() * (SHARED + TOWARDS)];
    each(
            Block.of(gradients),
            worth(weights, threads),
            block -> sums(block, move, weights, reference))
        .forEach(sums -> add(total, sums));
    return IntStream.range(0, gradients.size())
        .map(step -> step * (SHARED + TOWARDS))
        .mapToObj(at -> products(total, at, at + SHARED))
        .toList();
  }

  private static Products products(double[] sums, int shared, int towards) {
    return new Products(
        sums[shared],
        sums[shared + 1],
        sums[towards],
        sums[towards + 1],
        sums[shared + 3],
        sums[towards + 2],
        sums[shared + 2],
        sums[towards + 3]);
  }

  private static int worth(ByteBuffer weights, int threads) {
    return weights.capacity() < LONG ? 1 : threads;
  }

  /** The sums of each block, in order. A thread takes the next block when it is done with one. */
  private static Stream<double[]> each(
      List<Block> blocks, int threads, Function<Block, double[]> sums) {
    if (threads == 1) {
      return blocks.stream().map(sums);
    }
    double[][] found = new double[blocks.size()][];
    AtomicInteger next = new AtomicInteger();
    IntStream.range(0, threads)
        .parallel()
        .forEach(
            thread -> {
              for (int i = next.getAndIncrement(); i < found.length; i = next.getAndIncrement()) {
                found[i] = sums.apply(blocks.get(i));
              }
            });
    return Arrays.stream(found);
  }

  private static int products(List<ByteBuffer> references) {
    return SHARED + TOWARDS * references.size();
  }

  /**
   * Where a share begins, in the whole vectors and in its piece of each step's gradient, in bytes.
   *
   * @param size at most {@link #BLOCK}
   */
  private record Block(int start, List<ByteBuffer> gradients, int inGradient, int size) {
    static List<Block> of(List<List<ByteBuffer>> gradients) {
      List<Block> blocks = new ArrayList<>();
      int start = 0;
      for (int piece = 0; piece < gradients.get(0).size(); piece++) {
        int here = piece;
        List<ByteBuffer> pieces = gradients.stream().map(step -> step.get(here)).toList();
        int length = pieces.get(0).capacity();
        for (int i = 0; i < length; i += BLOCK) {
          blocks.add(new Block(start + i, pieces, i, Math.min(BLOCK, length - i)));
        }
        start += length;
      }
      return blocks;
    }
  }

  private static double[] sums(
      Block block, SummedMove move, ByteBuffer weights, ByteBuffer reference) {
    List<? extends ChunkMove> steps = move.steps();
    int each = (SHARED + TOWARDS) * WIDTH;
    float[] lanes = new float[steps.size() * each];
    double[] sums = new double[steps.size() * each];
    int whole = block.size() - block.size() % CHUNK;
    for (int i = 0; i < whole; i += CHUNK) {
      int at = block.start() + i;
      int inPiece = block.inGradient() + i;
      move.move(weights, at, block.gradients(), inPiece, LENGTH, reference, lanes);
      add(lanes, steps.size() * (SHARED + TOWARDS), sums, 0);
    }
    if (whole < block.size()) {
      for (int step = 0; step < steps.size(); step++) {
        double[] rest = new double[each];
        chunks(block, step, whole, steps.get(step), weights, List.of(reference), rest);
        for (int i = 0; i < each; i++) {
          sums[step * each + i] += rest[i];
        }
      }
    }
    return lanesAdded(sums);
  }

  private static double[] sums(
      Block block, ChunkMove move, ByteBuffer weights, List<ByteBuffer> references) {
    double[] sums = new double[products(references) * WIDTH];
    chunks(block, 0, 0, move, weights, references, sums);
    return lanesAdded(sums);
  }

  /**
   * Moves the chunks of a block one by one, and looks at each after it.
   *
   * @param step whose gradient it is
   * @param from where the first of them begins in the block, in bytes
   */
  private static void chunks(
      Block block,
      int step,
      int from,
      ChunkMove move,
      ByteBuffer weights,
      List<ByteBuffer> references,
      double[] sums) {
    ByteBuffer gradient = block.gradients().get(step);
    float[] before = new float[LENGTH];
    float[] lanes = new float[(SHARED + TOWARDS) * WIDTH];
    float[] copies = new float[IN_PLACE ? 0 : 3 * LENGTH];
    for (int i = from; i < block.size(); i += CHUNK) {
      int at = block.start() + i;
      int inPiece = block.inGradient() + i;
      int size = Math.min(CHUNK, block.size() - i);
      move.move(weights, at, gradient, inPiece, size / Float.BYTES, before);
      if (references.isEmpty()) {
        continue;
      }
      boolean whole = size == CHUNK;
      Arrays.fill(before, size / Float.BYTES, LENGTH, 0);
      ByteBuffer g = whole ? gradient : padded(gradient, inPiece, size);
      ByteBuffer a = whole ? weights : padded(weights, at, size);
      int inWeights = whole ? at : 0;
      int inGradient = whole ? inPiece : 0;
      copy(g, inGradient, copies, G);
      copy(a, inWeights, copies, A);
      for (int k = 0; k < references.size(); k++) {
        ByteBuffer r = whole ? references.get(k) : padded(references.get(k), at, size);
        copy(r, inWeights, copies, R);
        if (k == 0) {
          addFirst(before, a, r, inWeights, g, inGradient, copies, sums, lanes);
        } else {
          int into = (SHARED + TOWARDS * k) * WIDTH;
          addTowards(before, a, r, inWeights, g, inGradient, copies, sums, lanes, into);
        }
      }
    }
  }

  /** A short chunk as a whole one: the zeros behind it add nothing to any product. */
  private static ByteBuffer padded(ByteBuffer bytes, int at, int size) {
    return ByteBuffer.allocateDirect(CHUNK).put(0, bytes, at, size);
  }

  /** Copies a chunk to the heap, where it cannot be read in its place. */
  private static void copy(ByteBuffer bytes, int at, float[] copies, int into) {
    if (!IN_PLACE) {
      bytes.order(ORDER).asFloatBuffer().get(at / Float.BYTES, copies, into, LENGTH);
    }
  }

  /** The numbers of a chunk from the {@code i}-th on. */
  private static FloatVector load(ByteBuffer bytes, int at, float[] copies, int into, int i) {
    return IN_PLACE
        ? FloatVector.fromByteBuffer(SPECIES, bytes, at + i * Float.BYTES, ORDER)
        : FloatVector.fromArray(SPECIES, copies, into + i);
  }

  /**
   * Adds a chunk's ww, gg, uu and wg, and with them dd, gd, wd and ud towards the first reference:
   * eight sums that do not wait for each other, of numbers that are loaded once.
   */
  private static void addFirst(
      float[] before,
      ByteBuffer after,
      ByteBuffer reference,
      int inWeights,
      ByteBuffer gradient,
      int inGradient,
      float[] copies,
      double[] sums,
      float[] lanes) {
    FloatVector ww = FloatVector.zero(SPECIES);
    FloatVector gg = FloatVector.zero(SPECIES);
    FloatVector uu = FloatVector.zero(SPECIES);
    FloatVector wg = FloatVector.zero(SPECIES);
    FloatVector dd = FloatVector.zero(SPECIES);
    FloatVector gd = FloatVector.zero(SPECIES);
    FloatVector wd = FloatVector.zero(SPECIES);
    FloatVector ud = FloatVector.zero(SPECIES);
    for (int i = 0; i < LENGTH; i += WIDTH) {
      FloatVector w = FloatVector.fromArray(SPECIES, before, i);
      FloatVector g = load(gradient, inGradient, copies, G, i);
      FloatVector u = load(after, inWeights, copies, A, i).sub(w);
      FloatVector d = w.sub(load(reference, inWeights, copies, R, i));
      ww = w.fma(w, ww);
      gg = g.fma(g, gg);
      uu = u.fma(u, uu);
      wg = w.fma(g, wg);
      dd = d.fma(d, dd);
      gd = g.fma(d, gd);
      wd = w.fma(d, wd);
      ud = u.fma(d, ud);
    }
    ww.intoArray(lanes, 0);
    gg.intoArray(lanes, WIDTH);
    uu.intoArray(lanes, 2 * WIDTH);
    wg.intoArray(lanes, 3 * WIDTH);
    dd.intoArray(lanes, 4 * WIDTH);
    gd.intoArray(lanes, 5 * WIDTH);
    wd.intoArray(lanes, 6 * WIDTH);
    ud.intoArray(lanes, 7 * WIDTH);
    add(lanes, SHARED + TOWARDS, sums, 0);
  }

  /** Adds a chunk's dd, gd, wd and ud towards another reference from {@code into} on. */
  private static void addTowards(
      float[] before,
      ByteBuffer after,
      ByteBuffer reference,
      int inWeights,
      ByteBuffer gradient,
      int inGradient,
      float[] copies,
      double[] sums,
      float[] lanes,
      int into) {
    FloatVector dd = FloatVector.zero(SPECIES);
    FloatVector gd = FloatVector.zero(SPECIES);
    FloatVector wd = FloatVector.zero(SPECIES);
    FloatVector ud = FloatVector.zero(SPECIES);
    for (int i = 0; i < LENGTH; i += WIDTH) {
      FloatVector w = FloatVector.fromArray(SPECIES, before, i);
      FloatVector g = load(gradient, inGradient, copies, G, i);
      FloatVector u = load(after, inWeights, copies, A, i).sub(w);
      FloatVector d = w.sub(load(reference, inWeights, copies, R, i));
      dd = d.fma(d, dd);
      gd = g.fma(d, gd);
      wd = w.fma(d, wd);
      ud = u.fma(d, ud);
    }
    dd.intoArray(lanes, 0);
    gd.intoArray(lanes, WIDTH);
    wd.intoArray(lanes, 2 * WIDTH);
    ud.intoArray(lanes, 3 * WIDTH);
    add(lanes, TOWARDS, sums, into);
  }

  /**
   * Adds some vectors to their sums, lane by lane. No vector is passed on to here, since a call
   * that the JVM does not take apart would put it on the heap.
   */
  private static void add(float[] lanes, int vectors, double[] sums, int into) {
    int half = WIDTH / 2;
    for (int i = 0; i < vectors * WIDTH; i += WIDTH) {
      FloatVector more = FloatVector.fromArray(SPECIES, lanes, i);
      DoubleVector.fromArray(DOUBLES, sums, into + i)
          .add(more.convertShape(VectorOperators.F2D, DOUBLES, 0))
          .intoArray(sums, into + i);
      DoubleVector.fromArray(DOUBLES, sums, into + i + half)
          .add(more.convertShape(VectorOperators.F2D, DOUBLES, 1))
          .intoArray(sums, into + i + half);
    }
  }

  /** In their order: the vector module's own sum may take any order, and does in some JVMs. */
  private static double[] lanesAdded(double[] lanes) {
    double[] sums = new double[lanes.length / WIDTH];
    for (int i = 0; i < lanes.length; i++) {
      sums[i / WIDTH] += lanes[i];
    }
    return sums;
  }

  private static void add(double[] total, double[] more) {
    for (int i = 0; i < total.length; i++) {
      total[i] += more[i];
    }
  }
}
