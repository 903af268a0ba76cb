package dev.secant.optimizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * One step of {@link Sgd} by the vector units. Each multiplication that an addition follows is
 * rounded with it, as the tensor library does. What a setting leaves out is left out, not
 * multiplied by 0, which would change the signs of zeros and make NaN of what is infinite.
 *
 * @param rate the learning rate's negative
 * @param factor what clipping multiplies the gradient by
 * @param decay how much of the weights is then added to it
 * @param buffer as long as the weights with a momentum, empty without
 */
record VectorSgd(
    float rate, float factor, float decay, float momentum, boolean isNesterov, ByteBuffer buffer)
    implements ChunkMove {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  static VectorSgd of(Sgd sgd, Settings settings, List<ByteBuffer> slots) {
    return new VectorSgd(
        (float) -settings.learningRate(),
        settings.factor(),
        (float) settings.decay(),
        (float) sgd.momentum(),
        sgd.nesterov(),
        slots.isEmpty() ? ByteBuffer.allocateDirect(0) : slots.get(0));
  }

  boolean isBuffered() {
    return buffer.capacity() > 0;
  }

  @Override
  public void move(
      ByteBuffer weights, int at, ByteBuffer gradient, int inGradient, int size, float[] before) {
    FloatVector rates = FloatVector.broadcast(SPECIES, rate);
    FloatVector factors = FloatVector.broadcast(SPECIES, factor);
    FloatVector decays = FloatVector.broadcast(SPECIES, decay);
    FloatVector momenta = FloatVector.broadcast(SPECIES, momentum);
    boolean isDecayed = decay != 0;
    boolean isBuffered = isBuffered();
    int i = 0;
    for (; i <= size - WIDTH; i += WIDTH) {
      int here = at + i * Float.BYTES;
      FloatVector w = FloatVector.fromByteBuffer(SPECIES, weights, here, ORDER);
      FloatVector raw =
          FloatVector.fromByteBuffer(SPECIES, gradient, inGradient + i * Float.BYTES, ORDER);
      FloatVector g = raw.mul(factors);
      if (isDecayed) {
        g = w.fma(decays, g);
      }
      FloatVector direction = g;
      if (isBuffered) {
        FloatVector m = FloatVector.fromByteBuffer(SPECIES, buffer, here, ORDER).fma(momenta, g);
        m.intoByteBuffer(buffer, here, ORDER);
        direction = isNesterov ? m.fma(momenta, g) : m;
      }
      w.intoArray(before, i);
      direction.fma(rates, w).intoByteBuffer(weights, here, ORDER);
    }
    for (; i < size; i++) {
      int here = at + i * Float.BYTES;
      float w = weights.getFloat(here);
      float g = gradient.getFloat(inGradient + i * Float.BYTES) * factor;
      if (isDecayed) {
        g = Math.fma(w, decay, g);
      }
      float direction = g;
      if (isBuffered) {
        float m = Math.fma(buffer.getFloat(here), momentum, g);
        buffer.putFloat(here, m);
        direction = isNesterov ? Math.fma(m, momentum, g) : m;
      }
      before[i] = w;
      weights.putFloat(here, Math.fma(direction, rate, w));
    }
  }
}
