package dev.secant.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Optional;

/** Numbers on the device, owned by the {@link Scope} that they were made in. */
public final class Tensor {
  private final NDArray array;

  Tensor(NDArray array) {
    this.array = array;
  }

  NDArray array() {
    return array;
  }

  /** Copies a float32 tensor to the heap. */
  public float[] toFloats() {
    return array.toFloatArray();
  }

  /** Copies a float64 tensor to the heap; waits for the device. */
  public double[] toDoubles() {
    return array.toDoubleArray();
  }

  /**
   * The numbers of a float32 tensor themselves, where they lie in the memory of this process and
   * fit a buffer: what changes here changes there. Only while the tensor's scope is open.
   */
  public Optional<FloatBuffer> shared() {
    boolean here = array.getDevice().equals(Device.cpu());
    return here && array.size() * Float.BYTES <= Integer.MAX_VALUE
        ? Optional.of(array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer())
        : Optional.empty();
  }

  /** A copy of the bytes, in native order. */
  public ByteBuffer toBytes() {
    return array.toByteBuffer();
  }
}
