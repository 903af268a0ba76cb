package dev.secant.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The owner of tensors: what is made in a scope is freed when the scope closes. */
public final class Scope implements AutoCloseable {
  private final NDManager manager;
  private final Device device;

  /** Owns what stays in the processor's memory: arguments that a program reads one by one. */
  private final NDManager host;

  Scope(NDManager manager, Device device) {
    this.manager = manager;
    this.device = device;
    this.host = device.equals(Device.CPU) ? manager : manager.newSubManager(ai.djl.Device.cpu());
  }

  /** Where its tensors live. */
  public Device device() {
    return device;
  }

  /** A scope inside this one, such as one step of a run. */
  public Scope child() {
    return new Scope(manager.newSubManager(), device);
  }

  /** A float32 vector of zeros. */
  public Tensor zeros(int length) {
    return new Tensor(manager.zeros(new Shape(length), DataType.FLOAT32));
  }

  /** A float64 vector of zeros. */
  public Tensor doubleZeros(int length) {
    return new Tensor(manager.zeros(new Shape(length), DataType.FLOAT64));
  }

  /** A copy that changes to the original do not reach. */
  public Tensor copyOf(Tensor tensor) {
    NDArray copy = tensor.array().duplicate();
    copy.attach(manager);
    return new Tensor(copy);
  }

  /** Takes a tensor over from the scope that it was made in. */
  public void keep(Tensor tensor) {
    tensor.array().attach(manager);
  }

  /** Vectors one after another; a single one is given back itself. */
  public Tensor join(List<Tensor> vectors) {
    if (vectors.size() == 1) {
      return vectors.get(0);
    }
    NDArray joined = NDArrays.concat(list(vectors));
    joined.attach(manager);
    return new Tensor(joined);
  }

  /** Views of a vector's neighbouring parts. */
  public List<Tensor> split(Tensor vector, List<Integer> sizes) {
    List<Tensor> parts = new ArrayList<>();
    long from = 0;
    for (int size : sizes) {
      NDArray part = vector.array().get(new NDIndex().addSliceDim(from, from + size));
      part.attach(manager);
      parts.add(new Tensor(part));
      from += size;
    }
    return parts;
  }

  private static NDList list(List<Tensor> tensors) {
    return new NDList(tensors.stream().map(Tensor::array).toList());
  }

  /** A float32 vector, in memory of the tensor library's own: aligned as its kernels like it. */
  public Tensor floats(float... values) {
    try (Scope passing = child()) {
      return copyOf(passing.here(new Tensor(passing.host.create(values))));
    }
  }

  /**
   * Float64 numbers as an argument: in the processor's memory, so that reading one waits for no
   * GPU.
   */
  public Tensor doubles(double... values) {
    return new Tensor(host.create(values));
  }

  /** Int64 numbers as an argument, in the processor's memory as those of {@link #doubles}. */
  public Tensor longs(long... values) {
    return new Tensor(host.create(values));
  }

  /**
   * A float32 tensor over a direct buffer, in the processor's memory: the buffer is shared, not
   * copied, and must neither change nor be freed while the tensor is in use.
   */
  public Tensor floats(ByteBuffer bytes, long... shape) {
    return over(bytes, DataType.FLOAT32, shape);
  }

  /** An int64 tensor over a direct buffer; see {@link #floats(ByteBuffer, long...)}. */
  public Tensor longs(ByteBuffer bytes, long... shape) {
    return over(bytes, DataType.INT64, shape);
  }

  /** A tensor of bytes over a direct buffer; see {@link #floats(ByteBuffer, long...)}. */
  public Tensor bytes(ByteBuffer bytes, long... shape) {
    return over(bytes, DataType.UINT8, shape);
  }

  NDArray selector(String method) {
    NDArray selector = host.create(0f);
    selector.setName("module_method:" + method);
    return selector;
  }

  private Tensor over(ByteBuffer bytes, DataType type, long... shape) {
    long size = Arrays.stream(shape).reduce(1, Math::multiplyExact) * type.getNumOfBytes();
    if (!bytes.isDirect() || bytes.remaining() != size) {
      throw new IllegalArgumentException(
          "a tensor of shape "
              + Arrays.toString(shape)
              + " needs a direct buffer of "
              + size
              + " bytes, not "
              + bytes);
    }
    return new Tensor(host.create(bytes, new Shape(shape), type));
  }

  /** The same numbers on this scope's device; the tensor itself where it is there already. */
  public Tensor here(Tensor tensor) {
    return new Tensor(tensor.array().toDevice(manager.getDevice(), false));
  }

  @Override
  public void close() {
    manager.close();
  }
}
