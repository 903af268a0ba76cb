package dev.secant.optimizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * One step of {@link Sgd} by the vector units. Each multiplication that an addition follows is
 * rounded with it, as the tensor library does.
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
  private final float ofBuffer;
  private final float ofGradient;
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
    this.ofBuffer = sgd.nesterov() ? momentum : 1;
    this.ofGradient = sgd.nesterov() ? 1 : 0;
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
    int i = 0;
    for (; i <= size - WIDTH; i += WIDTH) {
      int here = at + i * Float.BYTES;
      int there = inGradient + i * Float.BYTES;
      FloatVector w = FloatVector.fromByteBuffer(SPECIES, weights, here, ORDER);
      FloatVector raw = FloatVector.fromByteBuffer(SPECIES, gradient, there, ORDER);
      FloatVector g = w.fma(decays, raw.mul(factors));
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
    FloatVector ofBuffers = FloatVector.broadcast(SPECIES, ofBuffer);
    FloatVector ofGradients = FloatVector.broadcast(SPECIES, ofGradient);
    int i = 0;
    for (; i <= size - WIDTH; i += WIDTH) {
      int here = at + i * Float.BYTES;
      int there = inGradient + i * Float.BYTES;
      FloatVector w = FloatVector.fromByteBuffer(SPECIES, weights, here, ORDER);
      FloatVector raw = FloatVector.fromByteBuffer(SPECIES, gradient, there, ORDER);
      FloatVector g = w.fma(decays, raw.mul(factors));
      FloatVector m = FloatVector.fromByteBuffer(SPECIES, buffer, here, ORDER).fma(momenta, g);
      w.intoArray(before, i);
      m.intoByteBuffer(buffer, here, ORDER);
      m.fma(ofBuffers, g.mul(ofGradients)).fma(rates, w).intoByteBuffer(weights, here, ORDER);
    }
    for (; i < size; i++) {
      int here = at + i * Float.BYTES;
      float w = weights.getFloat(here);
      float g = decayed(gradient.getFloat(inGradient + i * Float.BYTES), w);
      float m = Math.fma(buffer.getFloat(here), momentum, g);
      before[i] = w;
      buffer.putFloat(here, m);
      weights.putFloat(here, Math.fma(Math.fma(m, ofBuffer, g * ofGradient), rate, w));
    }
  }

  private float decayed(float raw, float w) {
    return Math.fma(w, decay, raw * factor);
  }
}
