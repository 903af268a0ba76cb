package dev.secant.data;

import dev.secant.random.RandomStream;

/** How light a surface is from point to point: plain, striped, checked, shaded or wavy. */
record Texture(int kind, double period, double cos, double sin, double depth) {

  static Texture draw(RandomStream random, double least, double most) {
    double angle = 2 * Math.PI * random.nextDouble();
    return new Texture(
        random.nextInt(5),
        least + (most - least) * random.nextDouble(),
        StrictMath.cos(angle),
        StrictMath.sin(angle),
        0.3 + 0.4 * random.nextDouble());
  }

  /** The share of light at a point, from {@code 1 - depth} to 1. */
  double light(double x, double y) {
    double u = (cos * x + sin * y) / period;
    double v = (cos * y - sin * x) / period;
    double dark =
        switch (kind) {
          case 0 -> 0;
          case 1 -> odd(u) ? 1 : 0;
          case 2 -> odd(u) != odd(v) ? 1 : 0;
          case 3 -> Math.min(1, Math.abs(u) / 4);
          default -> 0.5 + 0.5 * StrictMath.sin(Math.PI * u) * StrictMath.cos(Math.PI * v);
        };
    return 1 - depth * dark;
  }

  private static boolean odd(double value) {
    return ((long) Math.floor(value) & 1) != 0;
  }
}
