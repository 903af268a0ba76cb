package dev.secant.random;

import java.util.SplittableRandom;

/**
 * A stream of random numbers that is a function of its address alone: (seed, purpose, coordinates).
 *
 * <p>Two streams with different addresses are independent for all practical purposes; two with the
 * same address are the same, in any process, on any thread. The generator is SplitMix64 (Steele,
 * Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014) as published in {@link
 * SplittableRandom}; only its raw 64-bit output is used, so that numbers do not depend on the JDK.
 */
public final class RandomStream {
  private final SplittableRandom bits;
  private double spareGaussian = Double.NaN;

  private RandomStream(long address) {
    this.bits = new SplittableRandom(address);
  }

  /**
   * @param coordinates such as an epoch, a step, a tensor's index
   */
  public static RandomStream at(long seed, Purpose purpose, long... coordinates) {
    return new RandomStream(address(seed, purpose, coordinates));
  }

  /** The 64-bit address that the stream starts from; what a native generator is seeded with. */
  public static long address(long seed, Purpose purpose, long... coordinates) {
    long address = mix(mix(seed) + purpose.code());
    for (long coordinate : coordinates) {
      address = mix(address ^ mix(coordinate + 0x9E3779B97F4A7C15L));
    }
    return address;
  }

  public long nextLong() {
    return bits.nextLong();
  }

  /** Uniform over {@code [0, 1)}, 24 bits. */
  public float nextFloat() {
    return (nextLong() >>> 40) * 0x1.0p-24f;
  }

  /** Uniform over {@code [0, 1)}, 53 bits. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** Uniform over {@code [0, bound)}. */
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound must be positive, but is " + bound);
    }
    // The bias of the multiply-high reduction is below bound / 2^63.
    return (int) Math.multiplyHigh(nextLong() & Long.MAX_VALUE, (long) bound << 1);
  }

  public boolean nextBoolean() {
    return nextLong() < 0;
  }

  /** Standard normal, by Box and Muller's transform in strict arithmetic. */
  public double nextGaussian() {
    if (!Double.isNaN(spareGaussian)) {
      double spare = spareGaussian;
      spareGaussian = Double.NaN;
      return spare;
    }
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextDouble()));
    double angle = 2 * Math.PI * nextDouble();
    spareGaussian = radius * StrictMath.sin(angle);
    return radius * StrictMath.cos(angle);
  }

  /** A permutation of {@code 0..size-1}, by Fisher and Yates' shuffle. */
  public int[] permutation(int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** The finalizer of SplitMix64 (variant 13 of Stafford's mixers). */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
