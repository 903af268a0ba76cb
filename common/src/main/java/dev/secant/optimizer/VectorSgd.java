package dev.secant.optimizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * One step of {@link Sgd} by the vector units. Each multiplication that an addition follows is
 * rounded with it, as the tensor library does. What a setting leaves out is blended out, not
 * multiplied by 0, which would change the signs of zeros and make NaN of what is infinite.
 *
 * <p>The two loops share no body: a vector that is passed to a method may end up on the heap.
 */
final class VectorSgd implements ChunkMove {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final float rate;
  private final float factor;
  private final float decay;
  private final float momentum;
  private final boolean isNesterov;
  private final List<ByteBuffer> slots;

  /**
   * @param factor what clipping multiplies the gradient by
   * @param decay how much of the weights is then added to it
   * @param slots in the order of {@link Sgd#slots()}
   */
  VectorSgd(Sgd sgd, double learningRate, float factor, double decay, List<ByteBuffer> slots) {
    this.rate = (float) -learningRate;
    this.factor = factor;
    this.decay = (float) decay;
    this.momentum = (float) sgd.momentum();
    this.isNesterov = sgd.nesterov();
    this.slots = List.copyOf(slots);
  }

  @Override
  public void move(
      ByteBuffer weights, int at, ByteBuffer gradient, int inGradient, int size, float[] before) {
    if (slots.isEmpty()) {
      plain(weights, at, gradient, inGradient, size, before);
    } else {
      withBuffer(weights, slots.get(0), at, gradient, inGradient, size, before);
    }
  }

  private void plain(
      ByteBuffer weights, int at, ByteBuffer gradient, int inGradient, int size, float[] before) {
    FloatVector rates = FloatVector.broadcast(SPECIES, rate);
    FloatVector factors = FloatVector.broadcast(SPECIES, factor);
    FloatVector decays = FloatVector.broadcast(SPECIES, decay);
    VectorMask<Float> decayed = SPECIES.maskAll(decay != 0);
    int i = 0;
    for (; i <= size - WIDTH; i += WIDTH) {
      int here = at + i * Float.BYTES;
      int there = inGradient + i * Float.BYTES;
      FloatVector w = FloatVector.fromByteBuffer(SPECIES, weights, here, ORDER);
      FloatVector raw = FloatVector.fromByteBuffer(SPECIES, gradient, there, ORDER);
      FloatVector clipped = raw.mul(factors);
      FloatVector g = clipped.blend(w.fma(decays, clipped), decayed);
      w.intoArray(before, i);
      g.fma(rates, w).intoByteBuffer(weights, here, ORDER);
    }
    for (; i < size; i++) {
      int here = at + i * Float.BYTES;
      float w = weights.getFloat(here);
      float g = decayed(gradient.getFloat(inGradient + i * Float.BYTES), w);
      before[i] = w;
      weights.putFloat(here, Math.fma(g, rate, w));
    }
  }

  private void withBuffer(
      ByteBuffer weights,
      ByteBuffer buffer,
      int at,
      ByteBuffer gradient,
      int inGradient,
      int size,
      float[] before) {
    FloatVector rates = FloatVector.broadcast(SPECIES, rate);
    FloatVector factors = FloatVector.broadcast(SPECIES, factor);
    FloatVector decays = FloatVector.broadcast(SPECIES, decay);
    FloatVector momenta = FloatVector.broadcast(SPECIES, momentum);
    VectorMask<Float> decayed = SPECIES.maskAll(decay != 0);
    VectorMask<Float> nesterov = SPECIES.maskAll(isNesterov);
    int i = 0;
    for (; i <= size - WIDTH; i += WIDTH) {
      int here = at + i * Float.BYTES;
      int there = inGradient + i * Float.BYTES;
      FloatVector w = FloatVector.fromByteBuffer(SPECIES, weights, here, ORDER);
      FloatVector raw = FloatVector.fromByteBuffer(SPECIES, gradient, there, ORDER);
      FloatVector clipped = raw.mul(factors);
      FloatVector g = clipped.blend(w.fma(decays, clipped), decayed);
      FloatVector m = FloatVector.fromByteBuffer(SPECIES, buffer, here, ORDER).fma(momenta, g);
      w.intoArray(before, i);
      m.intoByteBuffer(buffer, here, ORDER);
      FloatVector direction = m.blend(m.fma(momenta, g), nesterov);
      direction.fma(rates, w).intoByteBuffer(weights, here, ORDER);
    }
    for (; i < size; i++) {
      int here = at + i * Float.BYTES;
      float w = weights.getFloat(here);
      float g = decayed(gradient.getFloat(inGradient + i * Float.BYTES), w);
      float m = Math.fma(buffer.getFloat(here), momentum, g);
      before[i] = w;
      buffer.putFloat(here, m);
      weights.putFloat(here, Math.fma(isNesterov ? Math.fma(m, momentum, g) : m, rate, w));
    }
  }

  private float decayed(float raw, float w) {
    return decay == 0 ? raw * factor : Math.fma(w, decay, raw * factor);
  }
}
