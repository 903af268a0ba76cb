package dev.secant.training;

import dev.secant.architecture.Network;
import dev.secant.sweep.Trial;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** The checkpoints of one path in a store, by step and by name. */
final class Checkpoints {
  static final String FINAL = "final.safetensors";

  private final CheckpointStore store;
  private final Network network;
  private final List<String> slots;

  Checkpoints(CheckpointStore store, Network network, Trial trial) {
    this.store = store;
    this.network = network;
    this.slots = trial.optimizer().slots();
  }

  /** The name of the checkpoint at one of a path's boundaries; the last one is the final one. */
  static String name(List<Long> boundaries, int index) {
    return index == boundaries.size() - 1
        ? FINAL
        : "step-" + boundaries.get(index) + ".safetensors";
  }

  /** Whether a boundary is where the path starts, which follows from the trial without a file. */
  static boolean isStart(List<Long> boundaries, int index) {
    return boundaries.get(index) == 0 && index < boundaries.size() - 1;
  }

  /** A checkpoint that can be used; one that is damaged counts as not there. */
  Optional<Checkpoint> read(String name) throws IOException {
    return read(name, slots);
  }

  /** Whether each checkpoint of a path can be used: a replay needs them all. */
  boolean areWhole(List<Long> boundaries) throws IOException {
    for (int i = 0; i < boundaries.size(); i++) {
      if (!isStart(boundaries, i) && read(name(boundaries, i)).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /**
   * The last of the usable checkpoints from the start on, where a record pass goes on: a damaged
   * one is written again, whatever lies behind it.
   */
  Optional<Checkpoint> lastBeforeGap(List<Long> boundaries) throws IOException {
    Optional<Checkpoint> last = Optional.empty();
    for (int i = 0; i < boundaries.size() - 1; i++) {
      if (isStart(boundaries, i)) {
        continue;
      }
      Optional<Checkpoint> next = read(name(boundaries, i));
      if (next.isEmpty()) {
        break;
      }
      last = next;
    }
    return last;
  }

  /** The last usable checkpoint before the end, at or before a step. */
  Optional<Checkpoint> last(List<Long> boundaries, long step) throws IOException {
    for (int i = boundaries.size() - 1; i >= 0; i--) {
      if (boundaries.get(i) <= step) {
        Optional<Checkpoint> checkpoint = read("step-" + boundaries.get(i) + ".safetensors");
        if (checkpoint.isPresent()) {
          return checkpoint;
        }
      }
    }
    return Optional.empty();
  }

  /** A checkpoint that a replay cannot do without. */
  Checkpoint required(String name) {
    return required(name, slots);
  }

  void write(String name, Checkpoint checkpoint) throws IOException {
    store.write(name, out -> checkpoint.write(out, network, slots));
  }

  /** Weights and buffers alone, such as those of a reference point. */
  void writePoint(String name, ByteBuffer weights, ByteBuffer buffers) throws IOException {
    Checkpoint point = new Checkpoint(0, List.of(weights, buffers), "", 0, 0);
    store.write(name, out -> point.write(out, network, List.of()));
  }

  /** Whether {@link #writePoint} has left a point of that name. */
  boolean hasPoint(String name) throws IOException {
    return read(name, List.of()).isPresent();
  }

  /** The weights that {@link #writePoint} has left. */
  ByteBuffer requiredPoint(String name) {
    return required(name, List.of()).vectors().get(0);
  }

  private Optional<Checkpoint> read(String name, List<String> withSlots) throws IOException {
    Optional<InputStream> file = store.open(name);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = file.get()) {
      return Optional.of(Checkpoint.read(in, network, withSlots));
    } catch (IOException damaged) {
      return Optional.empty();
    }
  }

  private Checkpoint required(String name, List<String> withSlots) {
    try (InputStream in = store.open(name).orElseThrow(() -> new IOException("it is not there"))) {
      return Checkpoint.read(in, network, withSlots);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "checkpoint " + name + " cannot be used: " + e.getMessage(), e);
    }
  }
}
