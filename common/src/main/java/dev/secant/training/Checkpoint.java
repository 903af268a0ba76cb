package dev.secant.training;

import dev.secant.architecture.Layout;
import dev.secant.architecture.Network;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A training state as a file in the {@link Safetensors} format. The flat vectors are its data as
 * they are; its header names the tensors inside them: weights and buffers by their {@code
 * state_dict} names, the optimizer's slots as {@code optimizer/<slot>/<name>}.
 *
 * @param vectors weights, buffers, then the slots; little-endian float32
 * @param epochs what the {@link EpochObserver} knew
 * @param seconds of training up to here
 * @param waitSeconds of these, spent waiting for samples
 */
record Checkpoint(
    long step, List<ByteBuffer> vectors, String epochs, double seconds, double waitSeconds) {
  private static final String TOLD = "crc32c-header";

  Checkpoint {
    vectors = List.copyOf(vectors);
  }

  /** Writes it for a network whose optimizer has these slots. */
  void write(OutputStream out, Network network, List<String> slots) throws IOException {
    Map<String, String> metadata =
        Map.of(
            "step",
            Long.toString(step),
            "epochs",
            epochs,
            "seconds",
            Double.toString(seconds),
            "wait-seconds",
            Double.toString(waitSeconds),
            "crc32c",
            checksum(),
            TOLD,
            toldChecksum());
    new Safetensors.Header(metadata, tensors(network, slots)).write(out);
    for (ByteBuffer vector : vectors) {
      Safetensors.writeData(out, vector);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException where the file is cut off, altered, or of another network; the message says
   *     which
   */
  static Checkpoint read(InputStream in, Network network, List<String> slots) throws IOException {
    Safetensors.Header header = Safetensors.Header.read(in);
    List<Safetensors.Entry> mine = tensors(network, slots);
    for (int i = 0; i < mine.size(); i++) {
      if (i >= header.entries().size() || !mine.get(i).equals(header.entries().get(i))) {
        throw new IOException("its tensor " + mine.get(i).name() + " is not this network's");
      }
    }
    List<ByteBuffer> vectors = new ArrayList<>();
    for (int size : sizes(network, slots)) {
      vectors.add(Safetensors.readData(in, size * Float.BYTES));
    }
    try {
      Map<String, String> metadata = header.metadata();
      Checkpoint checkpoint =
          new Checkpoint(
              Long.parseLong(metadata.getOrDefault("step", "")),
              vectors,
              metadata.getOrDefault("epochs", ""),
              Double.parseDouble(metadata.getOrDefault("seconds", "")),
              // Checkpoints older than this number have none.
              Double.parseDouble(metadata.getOrDefault("wait-seconds", "0")));
      if (!checkpoint.checksum().equals(metadata.get("crc32c"))) {
        throw new IOException("its data does not have the checksum in its header");
      }
      // Checkpoints older than this checksum have none.
      String told = checkpoint.toldChecksum();
      if (!told.equals(metadata.getOrDefault(TOLD, told))) {
        throw new IOException("its header does not have the checksum that it holds itself");
      }
      return checkpoint;
    } catch (NumberFormatException e) {
      throw new IOException("its header is not a checkpoint's", e);
    }
  }

  /**
   * The distance to another state of the same run: 0 where both are equal bit for bit, and never 0
   * otherwise.
   */
  double drift(List<ByteBuffer> others) {
    double sum = 0;
    boolean equal = true;
    for (int i = 0; i < vectors.size(); i++) {
      ByteBuffer mine = vectors.get(i).duplicate().order(ByteOrder.nativeOrder());
      ByteBuffer theirs = others.get(i).duplicate().order(ByteOrder.nativeOrder());
      if (mine.mismatch(theirs) >= 0) {
        equal = false;
        while (mine.hasRemaining()) {
          double difference = mine.getFloat() - theirs.getFloat();
          sum += difference * difference;
        }
      }
    }
    return equal ? 0 : Math.max(Math.sqrt(sum), Double.MIN_VALUE);
  }

  /** Of what the header tells besides the tensors. */
  private String toldChecksum() {
    CRC32C checksum = new CRC32C();
    checksum.update(
        String.join(
                "\n",
                Long.toString(step),
                epochs,
                Double.toString(seconds),
                Double.toString(waitSeconds))
            .getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(checksum.getValue());
  }

  private String checksum() {
    CRC32C checksum = new CRC32C();
    vectors.forEach(vector -> checksum.update(vector.duplicate()));
    return Long.toHexString(checksum.getValue());
  }

  private static List<Integer> sizes(Network network, List<String> slots) {
    List<Integer> sizes = new ArrayList<>();
    sizes.add(network.size());
    sizes.add(network.buffers().size());
    slots.forEach(slot -> sizes.add(network.size()));
    return sizes;
  }

  private static List<Safetensors.Entry> tensors(Network network, List<String> slots) {
    List<Safetensors.Entry> tensors = new ArrayList<>();
    add(tensors, "", network.weights());
    add(tensors, "", network.buffers());
    for (String slot : slots) {
      add(tensors, "optimizer/" + slot + "/", network.weights());
    }
    return tensors;
  }

  private static void add(List<Safetensors.Entry> tensors, String prefix, Layout layout) {
    for (Layout.Entry entry : layout.entries()) {
      tensors.add(
          new Safetensors.Entry(prefix + entry.name(), Safetensors.Type.F32, entry.shape()));
    }
  }
}
