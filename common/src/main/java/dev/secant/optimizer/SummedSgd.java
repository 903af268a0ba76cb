package dev.secant.optimizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Steps of {@link Sgd} with their products. The two loops write out what they share: with a method
 * that is passed a vector, Java 17's compiler after some thousand calls put each vector on the
 * heap.
 *
 * @param steps one or two, of one path
 */
record SummedSgd(List<VectorSgd> steps) implements SummedMove {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  SummedSgd {
    steps = List.copyOf(steps);
    if (steps.isEmpty() || steps.size() > MOST) {
      throw new IllegalArgumentException(steps.size() + " steps at once");
    }
  }

  @Override
  public void move(
      ByteBuffer weights,
      int at,
      List<ByteBuffer> gradients,
      int inGradient,
      int size,
      ByteBuffer reference,
      float[] lanes) {
    VectorSgd first = steps.get(0);
    if (steps.size() == 1) {
      one(first, weights, at, gradients.get(0), inGradient, size, reference, lanes);
    } else {
      ByteBuffer next = gradients.get(1);
      two(
          first,
          steps.get(1),
          weights,
          at,
          gradients.get(0),
          next,
          inGradient,
          size,
          reference,
          lanes);
    }
  }

  private static void one(
      VectorSgd step,
      ByteBuffer weights,
      int at,
      ByteBuffer gradient,
      int inGradient,
      int size,
      ByteBuffer reference,
      float[] lanes) {
    FloatVector rates = FloatVector.broadcast(SPECIES, step.rate());
    FloatVector factors = FloatVector.broadcast(SPECIES, step.factor());
    FloatVector decays = FloatVector.broadcast(SPECIES, step.decay());
    FloatVector momenta = FloatVector.broadcast(SPECIES, step.momentum());
    boolean isDecayed = step.decay() != 0;
    boolean isBuffered = step.isBuffered();
    boolean isNesterov = step.isNesterov();
    ByteBuffer buffer = step.buffer();
    FloatVector ww = FloatVector.zero(SPECIES);
    FloatVector gg = FloatVector.zero(SPECIES);
    FloatVector uu = FloatVector.zero(SPECIES);
    FloatVector wg = FloatVector.zero(SPECIES);
    FloatVector dd = FloatVector.zero(SPECIES);
    FloatVector gd = FloatVector.zero(SPECIES);
    FloatVector wd = FloatVector.zero(SPECIES);
    FloatVector ud = FloatVector.zero(SPECIES);
    for (int i = 0; i < size; i += WIDTH) {
      int here = at + i * Float.BYTES;
      int there = inGradient + i * Float.BYTES;
      FloatVector w = FloatVector.fromByteBuffer(SPECIES, weights, here, ORDER);
      FloatVector g = FloatVector.fromByteBuffer(SPECIES, gradient, there, ORDER);
      FloatVector d = w.sub(FloatVector.fromByteBuffer(SPECIES, reference, here, ORDER));
      FloatVector direction = g.mul(factors);
      if (isDecayed) {
        direction = w.fma(decays, direction);
      }
      if (isBuffered) {
        FloatVector m =
            FloatVector.fromByteBuffer(SPECIES, buffer, here, ORDER).fma(momenta, direction);
        m.intoByteBuffer(buffer, here, ORDER);
        direction = isNesterov ? m.fma(momenta, direction) : m;
      }
      FloatVector after = direction.fma(rates, w);
      after.intoByteBuffer(weights, here, ORDER);
      FloatVector u = after.sub(w);
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
  }

  /** The same, twice: what the first step leaves is still in a register for the second. */
  private static void two(
      VectorSgd step,
      VectorSgd next,
      ByteBuffer weights,
      int at,
      ByteBuffer gradient,
      ByteBuffer nextGradient,
      int inGradient,
      int size,
      ByteBuffer reference,
      float[] lanes) {
    FloatVector rates = FloatVector.broadcast(SPECIES, step.rate());
    FloatVector nextRates = FloatVector.broadcast(SPECIES, next.rate());
    FloatVector factors = FloatVector.broadcast(SPECIES, step.factor());
    FloatVector nextFactors = FloatVector.broadcast(SPECIES, next.factor());
    FloatVector decays = FloatVector.broadcast(SPECIES, step.decay());
    FloatVector momenta = FloatVector.broadcast(SPECIES, step.momentum());
    boolean isDecayed = step.decay() != 0;
    boolean isBuffered = step.isBuffered();
    boolean isNesterov = step.isNesterov();
    ByteBuffer buffer = step.buffer();
    FloatVector ww = FloatVector.zero(SPECIES);
    FloatVector gg = FloatVector.zero(SPECIES);
    FloatVector uu = FloatVector.zero(SPECIES);
    FloatVector wg = FloatVector.zero(SPECIES);
    FloatVector dd = FloatVector.zero(SPECIES);
    FloatVector gd = FloatVector.zero(SPECIES);
    FloatVector wd = FloatVector.zero(SPECIES);
    FloatVector ud = FloatVector.zero(SPECIES);
    FloatVector ww2 = FloatVector.zero(SPECIES);
    FloatVector gg2 = FloatVector.zero(SPECIES);
    FloatVector uu2 = FloatVector.zero(SPECIES);
    FloatVector wg2 = FloatVector.zero(SPECIES);
    FloatVector dd2 = FloatVector.zero(SPECIES);
    FloatVector gd2 = FloatVector.zero(SPECIES);
    FloatVector wd2 = FloatVector.zero(SPECIES);
    FloatVector ud2 = FloatVector.zero(SPECIES);
    for (int i = 0; i < size; i += WIDTH) {
      int here = at + i * Float.BYTES;
      int there = inGradient + i * Float.BYTES;
      FloatVector w = FloatVector.fromByteBuffer(SPECIES, weights, here, ORDER);
      FloatVector r = FloatVector.fromByteBuffer(SPECIES, reference, here, ORDER);

      FloatVector g = FloatVector.fromByteBuffer(SPECIES, gradient, there, ORDER);
      FloatVector m = g.mul(factors);
      if (isDecayed) {
        m = w.fma(decays, m);
      }
      FloatVector direction = m;
      if (isBuffered) {
        m = FloatVector.fromByteBuffer(SPECIES, buffer, here, ORDER).fma(momenta, m);
        direction = isNesterov ? m.fma(momenta, direction) : m;
      }
      FloatVector after = direction.fma(rates, w);
      FloatVector u = after.sub(w);
      FloatVector d = w.sub(r);
      ww = w.fma(w, ww);
      gg = g.fma(g, gg);
      uu = u.fma(u, uu);
      wg = w.fma(g, wg);
      dd = d.fma(d, dd);
      gd = g.fma(d, gd);
      wd = w.fma(d, wd);
      ud = u.fma(d, ud);

      w = after;
      g = FloatVector.fromByteBuffer(SPECIES, nextGradient, there, ORDER);
      direction = g.mul(nextFactors);
      if (isDecayed) {
        direction = w.fma(decays, direction);
      }
      if (isBuffered) {
        m = m.fma(momenta, direction);
        m.intoByteBuffer(buffer, here, ORDER);
        direction = isNesterov ? m.fma(momenta, direction) : m;
      }
      after = direction.fma(nextRates, w);
      after.intoByteBuffer(weights, here, ORDER);
      u = after.sub(w);
      d = w.sub(r);
      ww2 = w.fma(w, ww2);
      gg2 = g.fma(g, gg2);
      uu2 = u.fma(u, uu2);
      wg2 = w.fma(g, wg2);
      dd2 = d.fma(d, dd2);
      gd2 = g.fma(d, gd2);
      wd2 = w.fma(d, wd2);
      ud2 = u.fma(d, ud2);
    }
    ww.intoArray(lanes, 0);
    gg.intoArray(lanes, WIDTH);
    uu.intoArray(lanes, 2 * WIDTH);
    wg.intoArray(lanes, 3 * WIDTH);
    dd.intoArray(lanes, 4 * WIDTH);
    gd.intoArray(lanes, 5 * WIDTH);
    wd.intoArray(lanes, 6 * WIDTH);
    ud.intoArray(lanes, 7 * WIDTH);
    ww2.intoArray(lanes, 8 * WIDTH);
    gg2.intoArray(lanes, 9 * WIDTH);
    uu2.intoArray(lanes, 10 * WIDTH);
    wg2.intoArray(lanes, 11 * WIDTH);
    dd2.intoArray(lanes, 12 * WIDTH);
    gd2.intoArray(lanes, 13 * WIDTH);
    wd2.intoArray(lanes, 14 * WIDTH);
    ud2.intoArray(lanes, 15 * WIDTH);
  }
}
