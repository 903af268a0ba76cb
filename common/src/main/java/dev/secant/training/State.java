package dev.secant.training;

import dev.secant.architecture.Initial;
import dev.secant.architecture.Layout;
import dev.secant.architecture.Network;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import dev.secant.sweep.Trial;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that the next step depends on: weights (d numbers), buffers, the optimizer's slots (d
 * numbers each) and the step. The tensors are changed in place.
 */
final class State {
  private final Tensor weights;
  private final Tensor buffers;
  private final List<Tensor> slots;
  private long step;

  private State(Tensor weights, Tensor buffers, List<Tensor> slots, long step) {
    this.weights = weights;
    this.buffers = buffers;
    this.slots = List.copyOf(slots);
    this.step = step;
  }

  /**
   * The state at step 0: drawn for the trial's seed, or what its file of initial weights holds.
   *
   * @throws dev.secant.config.InputException where that file cannot be used
   */
  static State initial(Scope scope, Network network, Trial trial) {
    List<Tensor> slots = new ArrayList<>();
    for (int i = 0; i < trial.optimizer().slots().size(); i++) {
      slots.add(scope.zeros(network.size()));
    }
    float[] weights = initial(network.weights(), trial.seeds().init());
    float[] buffers = initial(network.buffers(), trial.seeds().init());
    trial
        .initFrom()
        .ifPresent(
            file -> {
              file.verify();
              NamedWeights named = NamedWeights.read(file.path());
              named.fill(network.weights(), weights);
              named.fillWhatIsThere(network.buffers(), buffers);
            });
    return new State(scope.floats(weights), scope.floats(buffers), slots, 0);
  }

  /** The state that {@link #vectors()} were taken from. */
  static State of(Scope scope, List<ByteBuffer> vectors, long step) {
    List<Tensor> tensors = new ArrayList<>();
    for (ByteBuffer vector : vectors) {
      float[] values = new float[vector.remaining() / Float.BYTES];
      vector.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
      tensors.add(scope.floats(values));
    }
    return new State(tensors.get(0), tensors.get(1), tensors.subList(2, tensors.size()), step);
  }

  /** The same state, which changes to this one do not reach. */
  State copy(Scope scope) {
    return new State(
        scope.copyOf(weights),
        scope.copyOf(buffers),
        slots.stream().map(scope::copyOf).toList(),
        step);
  }

  /** Leaves its tensors to another scope. */
  void keepIn(Scope scope) {
    scope.keep(weights);
    scope.keep(buffers);
    slots.forEach(scope::keep);
  }

  Tensor weights() {
    return weights;
  }

  Tensor buffers() {
    return buffers;
  }

  List<Tensor> slots() {
    return slots;
  }

  long step() {
    return step;
  }

  void advance() {
    step++;
  }

  /**
   * All vectors: weights, buffers, then the slots. To be read before the state moves on: they are
   * no copies where this process reaches the memory that they lie in.
   */
  List<ByteBuffer> vectors() {
    List<ByteBuffer> vectors = new ArrayList<>();
    vectors.add(weights.view());
    vectors.add(buffers.view());
    slots.forEach(slot -> vectors.add(slot.view()));
    return vectors;
  }

  private static float[] initial(Layout layout, long seed) {
    FloatBuffer vector = FloatBuffer.allocate(layout.size());
    for (int index = 0; index < layout.entries().size(); index++) {
      Layout.Entry entry = layout.entries().get(index);
      RandomStream random = RandomStream.at(seed, Purpose.INITIAL_WEIGHTS, index);
      Initial initial = entry.initial();
      int size = entry.size();
      for (int i = 0; i < size; i++) {
        vector.put((float) value(initial, random, i));
      }
    }
    return vector.array();
  }

  private static double value(Initial initial, RandomStream random, int index) {
    if (initial instanceof Initial.Constant constant) {
      return constant.value();
    } else if (initial instanceof Initial.Uniform uniform) {
      return (2 * random.nextDouble() - 1) * uniform.bound();
    } else if (initial instanceof Initial.Normal normal) {
      return random.nextGaussian() * normal.deviation();
    }
    return ((Initial.Computed) initial).valueAt().applyAsDouble(index);
  }
}
