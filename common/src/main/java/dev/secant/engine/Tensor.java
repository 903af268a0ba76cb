package dev.secant.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.Function;

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
    return onHost(NDArray::toFloatArray);
  }

  /** Copies a float64 tensor to the heap; waits for the device. */
  public double[] toDoubles() {
    return onHost(NDArray::toDoubleArray);
  }

  /**
   * The bytes of a float32 tensor themselves, in native order, where they lie in the memory of this
   * process and fit a buffer: what changes here changes there. Only while the tensor's scope is
   * open.
   */
  public Optional<ByteBuffer> shared() {
    return isHere() && array.size() * Float.BYTES <= Integer.MAX_VALUE
        ? Optional.of(array.toByteBuffer(true).order(ByteOrder.nativeOrder()))
        : Optional.empty();
  }

  /**
   * The bytes, in native order, to be read while the tensor's scope is open and before the numbers
   * change: {@link #shared()} where that is possible, otherwise a copy.
   */
  public ByteBuffer view() {
    return shared().orElseGet(this::toBytes);
  }

  /** A copy of the bytes, in native order. */
  public ByteBuffer toBytes() {
    return onHost(NDArray::toByteBuffer);
  }

  private boolean isHere() {
    return array.getDevice().equals(Device.cpu());
  }

  /**
   * Read from a copy where the numbers are elsewhere; DJL's own copy would live as long as they.
   */
  private <T> T onHost(Function<NDArray, T> read) {
    if (isHere()) {
      return read.apply(array);
    }
    try (NDArray copy = array.toDevice(Device.cpu(), false)) {
      return read.apply(copy);
    }
  }
}
