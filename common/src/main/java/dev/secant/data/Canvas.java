package dev.secant.data;

import dev.secant.random.RandomStream;

/** A colour picture under construction: numbers from 0 to 1, made into bytes at the end. */
final class Canvas {
  private final int size;
  private final double[] pixels;

  Canvas(int size) {
    this.size = size;
    this.pixels = new double[3 * size * size];
  }

  /** Lays a colour over one pixel. */
  void blend(int x, int y, double cover, double[] colour, double light) {
    for (int channel = 0; channel < 3; channel++) {
      int at = (channel * size + y) * size + x;
      pixels[at] += cover * (colour[channel] * light - pixels[at]);
    }
  }

  /** The bytes, channels first, with Gaussian noise of a standard deviation added. */
  void store(RandomStream random, double noise, byte[] into, int offset) {
    for (int i = 0; i < pixels.length; i++) {
      double value = pixels[i] + noise * random.nextGaussian();
      into[offset + i] = (byte) (int) (255 * Math.min(1, Math.max(0, value)) + 0.5);
    }
  }

  static double[] colour(RandomStream random) {
    return new double[] {random.nextDouble(), random.nextDouble(), random.nextDouble()};
  }

  /** A colour around another. */
  static double[] near(RandomStream random, double spread, double... colour) {
    double[] near = new double[3];
    for (int i = 0; i < 3; i++) {
      near[i] = colour[i] + spread * (2 * random.nextDouble() - 1);
    }
    return near;
  }

  static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return StrictMath.sqrt(sum);
  }
}
