package dev.secant.training;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValueFactory;
import dev.secant.architecture.Layout;
import dev.secant.architecture.Network;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A training state as a file in the <a
 * href="https://github.com/huggingface/safetensors">safetensors </a> format. The flat vectors are
 * its data as they are; its header names the tensors inside them: weights and buffers by their
 * {@code state_dict} names, the optimizer's slots as {@code optimizer/<slot>/<name>}.
 *
 * @param vectors weights, buffers, then the slots; little-endian float32
 * @param epochs what the {@link EpochObserver} knew
 * @param seconds of training up to here
 */
record Checkpoint(long step, List<ByteBuffer> vectors, String epochs, double seconds) {
  private static final int LARGEST_HEADER = 16 << 20;

  Checkpoint {
    vectors = List.copyOf(vectors);
  }

  /** Writes it for a network whose optimizer has these slots. */
  void write(OutputStream out, Network network, List<String> slots) throws IOException {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put(
        "__metadata__",
        Map.of(
            "step", Long.toString(step),
            "epochs", epochs,
            "seconds", Double.toString(seconds),
            "crc32c", checksum()));
    header.putAll(tensors(network, slots));
    byte[] json =
        ConfigValueFactory.fromMap(header)
            .render(ConfigRenderOptions.concise())
            .getBytes(StandardCharsets.UTF_8);
    // Spaces after the JSON keep the data aligned to 8 bytes.
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer head = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(padded).put(json);
    while (head.hasRemaining()) {
      head.put((byte) ' ');
    }
    WritableByteChannel channel = Channels.newChannel(out);
    channel.write(head.flip());
    for (ByteBuffer vector : vectors) {
      channel.write(vector.duplicate());
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException where the file is cut off, altered, or of another network; the message says
   *     which
   */
  static Checkpoint read(InputStream in, Network network, List<String> slots) throws IOException {
    try {
      DataInputStream data = new DataInputStream(in);
      long length = Long.reverseBytes(data.readLong());
      if (length < 2 || length > LARGEST_HEADER) {
        throw new IOException("its header claims " + length + " bytes");
      }
      byte[] json = data.readNBytes((int) length);
      Config header =
          ConfigFactory.parseString(
              new String(json, StandardCharsets.UTF_8),
              ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
      for (Map.Entry<String, Object> tensor : tensors(network, slots).entrySet()) {
        if (!ConfigValueFactory.fromAnyRef(tensor.getValue())
            .equals(header.root().get(tensor.getKey()))) {
          throw new IOException("its tensor " + tensor.getKey() + " is not this network's");
        }
      }
      List<ByteBuffer> vectors = new ArrayList<>();
      ReadableByteChannel channel = Channels.newChannel(data);
      for (int size : sizes(network, slots)) {
        ByteBuffer vector =
            ByteBuffer.allocateDirect(size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (vector.hasRemaining()) {
          if (channel.read(vector) < 0) {
            throw new EOFException();
          }
        }
        vectors.add(vector.flip());
      }
      Config metadata = ((ConfigObject) header.root().get("__metadata__")).toConfig();
      Checkpoint checkpoint =
          new Checkpoint(
              metadata.getLong("step"),
              vectors,
              metadata.getString("epochs"),
              metadata.getDouble("seconds"));
      if (!checkpoint.checksum().equals(metadata.getString("crc32c"))) {
        throw new IOException("its data does not have the checksum in its header");
      }
      return checkpoint;
    } catch (EOFException e) {
      throw new IOException("it is cut off", e);
    } catch (ConfigException | ClassCastException | NullPointerException e) {
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

  private static Map<String, Object> tensors(Network network, List<String> slots) {
    Map<String, Object> tensors = new LinkedHashMap<>();
    long offset = add(tensors, "", network.weights(), 0);
    offset = add(tensors, "", network.buffers(), offset);
    for (String slot : slots) {
      offset = add(tensors, "optimizer/" + slot + "/", network.weights(), offset);
    }
    return tensors;
  }

  private static long add(Map<String, Object> tensors, String prefix, Layout layout, long offset) {
    for (Layout.Entry entry : layout.entries()) {
      long end = offset + (long) entry.size() * Float.BYTES;
      tensors.put(
          prefix + entry.name(),
          Map.of("dtype", "F32", "shape", entry.shape(), "data_offsets", List.of(offset, end)));
      offset = end;
    }
    return offset;
  }
}
