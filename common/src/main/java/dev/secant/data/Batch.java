package dev.secant.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * Room for one minibatch, outside the heap and used again for every step. Readers write into it at
 * absolute positions; sample {@code i} owns inputs {@code [i * inputSize, (i + 1) * inputSize)} and
 * targets {@code [i * targetSize, (i + 1) * targetSize)}.
 */
public final class Batch {
  /** Bytes; a vector load across two lines costs twice. */
  private static final int CACHE_LINE = 64;

  /** Numbers of a cut: the image, the first row and column of it, and 1 where it is mirrored. */
  public static final int CUT = 4;

  private final Task task;
  private final boolean cuts;
  private final int capacity;
  private final ByteBuffer inputs;
  private final ByteBuffer targets;
  private int size;

  /**
   * @param capacity samples at most
   */
  public Batch(Task task, int capacity) {
    this(
        task,
        capacity,
        false,
        (long) task.inputSize() * (task instanceof Task.Language ? Long.BYTES : Float.BYTES));
  }

  private Batch(Task task, int capacity, boolean cuts, long inputBytes) {
    this.task = task;
    this.cuts = cuts;
    this.capacity = capacity;
    this.inputs = allocate(capacity * inputBytes);
    this.targets = allocate((long) capacity * task.targetSize() * Long.BYTES);
    this.size = capacity;
  }

  /** One whose inputs are not pixels, but where to find them in {@link StoredImages}. */
  public static Batch ofCuts(Task task, int capacity) {
    return new Batch(task, capacity, true, CUT * Long.BYTES);
  }

  public Task task() {
    return task;
  }

  /** Whether the inputs are cuts. */
  public boolean holdsCuts() {
    return cuts;
  }

  public int capacity() {
    return capacity;
  }

  /** Samples in it now. */
  public int size() {
    return size;
  }

  /** Sets how many samples it holds now; the first thing that a reader does. */
  public void resize(int samples) {
    if (samples < 1 || samples > capacity) {
      throw new IllegalArgumentException(samples + " samples in a batch of " + capacity);
    }
    this.size = samples;
  }

  /** Memory that it takes, full or not. */
  public long bytes() {
    return (long) inputs.capacity() + targets.capacity();
  }

  /** The inputs of an image task: float32, channels first. */
  public FloatBuffer pixels() {
    return inputs.asFloatBuffer();
  }

  /** The inputs of a language task: token indices. */
  public LongBuffer tokens() {
    return inputs.asLongBuffer();
  }

  /** The inputs where they are cuts: {@code [n, 4]}, see {@link #CUT}. */
  public LongBuffer cuts() {
    return inputs.asLongBuffer();
  }

  /** Class indices. */
  public LongBuffer targets() {
    return targets.asLongBuffer();
  }

  /** The bytes of the inputs in use, in native order, shared with this batch. */
  public ByteBuffer inputBytes() {
    return slice(inputs);
  }

  /** The bytes of the targets in use, in native order, shared with this batch. */
  public ByteBuffer targetBytes() {
    return slice(targets);
  }

  private ByteBuffer slice(ByteBuffer whole) {
    return whole.slice(0, whole.capacity() / capacity * size).order(ByteOrder.nativeOrder());
  }

  private static ByteBuffer allocate(long bytes) {
    return ByteBuffer.allocateDirect(Math.toIntExact(bytes + 2 * CACHE_LINE))
        .alignedSlice(CACHE_LINE)
        .slice(0, Math.toIntExact(bytes))
        .order(ByteOrder.nativeOrder());
  }
}
