package dev.secant.engine;

import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;

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

  /** A copy of the bytes, in native order. */
  public ByteBuffer toBytes() {
    return array.toByteBuffer();
  }
}
