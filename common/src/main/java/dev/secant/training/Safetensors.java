package dev.secant.training;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
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
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The <a href="https://github.com/huggingface/safetensors">safetensors</a> format: the length of a
 * header, a header in JSON that says which tensors lie where, and their numbers without holes,
 * little-endian and row-major.
 */
final class Safetensors {
  private static final String METADATA = "__metadata__";
  private static final int LARGEST_HEADER = 16 << 20;

  private Safetensors() {}

  /** The kinds of numbers; those that are not used here are known so that they can be skipped. */
  enum Type {
    F64(Double.BYTES),
    F32(Float.BYTES),
    F16(Short.BYTES),
    BF16(Short.BYTES),
    I64(Long.BYTES),
    I32(Integer.BYTES),
    I16(Short.BYTES),
    I8(Byte.BYTES),
    U8(Byte.BYTES),
    BOOL(Byte.BYTES);

    private final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }
  }

  /** A tensor's name, numbers and shape; a scalar's shape is empty. */
  record Entry(String name, Type type, List<Integer> shape) {
    Entry {
      shape = List.copyOf(shape);
    }

    /** The length of its data in bytes. */
    long bytes() {
      long size = type.bytes;
      for (int length : shape) {
        if (length < 0) {
          throw new ArithmeticException("negative size");
        }
        size = Math.multiplyExact(size, length);
      }
      return size;
    }
  }

  /** A tensor with its data: little-endian, from position to limit. */
  record Named(Entry entry, ByteBuffer data) {}

  /**
   * What stands before the data.
   *
   * @param entries in the order of their data
   */
  record Header(Map<String, String> metadata, List<Entry> entries) {
    Header {
      metadata = Map.copyOf(metadata);
      entries = List.copyOf(entries);
    }

    /**
     * The header at the start of a file; the stream then stands at the data.
     *
     * @throws IOException where there is none, or its tensors overlap or leave holes; the message
     *     says which
     */
    static Header read(InputStream in) throws IOException {
      try {
        DataInputStream data = new DataInputStream(in);
        long length = Long.reverseBytes(data.readLong());
        if (length < 2 || length > LARGEST_HEADER) {
          throw new IOException("its header claims " + length + " bytes");
        }
        byte[] json = data.readNBytes((int) length);
        if (json.length < length) {
          throw new EOFException();
        }
        return parse(new String(json, StandardCharsets.UTF_8));
      } catch (EOFException e) {
        throw new IOException("it is cut off", e);
      } catch (ConfigException | ClassCastException | ArithmeticException e) {
        throw new IOException("its header is not one of safetensors", e);
      }
    }

    private static Header parse(String json) throws IOException {
      ConfigObject root =
          ConfigFactory.parseString(
                  json, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON))
              .root();
      Map<String, String> metadata = new LinkedHashMap<>();
      Map<Entry, List<Long>> offsets = new LinkedHashMap<>();
      for (Map.Entry<String, ConfigValue> member : root.entrySet()) {
        if (member.getKey().equals(METADATA)) {
          ((ConfigObject) member.getValue())
              .forEach((key, value) -> metadata.put(key, (String) value.unwrapped()));
        } else {
          Config tensor = ((ConfigObject) member.getValue()).toConfig();
          Entry entry =
              new Entry(
                  member.getKey(), tensor.getEnum(Type.class, "dtype"), tensor.getIntList("shape"));
          List<Long> range = tensor.getLongList("data_offsets");
          if (range.size() != 2) {
            throw new IOException("its tensor " + entry.name() + " has no start and end");
          }
          offsets.put(entry, range);
        }
      }
      List<Entry> entries = new ArrayList<>(offsets.keySet());
      // An empty tensor ends where it starts, so the end decides between two of one start.
      entries.sort(
          Comparator.comparing((Entry entry) -> offsets.get(entry).get(0))
              .thenComparing(entry -> offsets.get(entry).get(1)));
      long end = 0;
      for (Entry entry : entries) {
        if (!offsets.get(entry).equals(List.of(end, end + entry.bytes()))) {
          throw new IOException("its tensor " + entry.name() + " is not where its shape says");
        }
        end += entry.bytes();
      }
      return new Header(metadata, entries);
    }

    void write(OutputStream out) throws IOException {
      Map<String, Object> json = new LinkedHashMap<>();
      if (!metadata.isEmpty()) {
        json.put(METADATA, metadata);
      }
      long start = 0;
      for (Entry entry : entries) {
        long end = start + entry.bytes();
        json.put(
            entry.name(),
            Map.of(
                "dtype", entry.type().name(),
                "shape", entry.shape(),
                "data_offsets", List.of(start, end)));
        start = end;
      }
      byte[] text =
          ConfigValueFactory.fromMap(json)
              .render(ConfigRenderOptions.concise())
              .getBytes(StandardCharsets.UTF_8);
      // Spaces after the JSON keep the data aligned to 8 bytes.
      int padded = (text.length + 7) / 8 * 8;
      ByteBuffer bytes = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putLong(padded).put(text);
      while (bytes.hasRemaining()) {
        bytes.put((byte) ' ');
      }
      out.write(bytes.array());
    }
  }

  /** Writes a whole file. */
  static void write(OutputStream out, Map<String, String> metadata, List<Named> tensors)
      throws IOException {
    new Header(metadata, tensors.stream().map(Named::entry).toList()).write(out);
    for (Named tensor : tensors) {
      if (tensor.data().remaining() != tensor.entry().bytes()) {
        throw new IllegalArgumentException(
            tensor.entry() + " with " + tensor.data().remaining() + " bytes");
      }
      writeData(out, tensor.data());
    }
  }

  /**
   * Reads the tensors of a whole file by their names.
   *
   * @throws IOException where it is cut off or no safetensors; the message says which
   */
  static Map<String, Named> read(InputStream in) throws IOException {
    Map<String, Named> tensors = new LinkedHashMap<>();
    for (Entry entry : Header.read(in).entries()) {
      tensors.put(entry.name(), new Named(entry, readData(in, Math.toIntExact(entry.bytes()))));
    }
    return tensors;
  }

  /** Writes what remains in a buffer, and leaves the buffer as it is. */
  static void writeData(OutputStream out, ByteBuffer data) throws IOException {
    WritableByteChannel channel = Channels.newChannel(out);
    ByteBuffer rest = data.duplicate();
    while (rest.hasRemaining()) {
      channel.write(rest);
    }
  }

  /**
   * The next bytes of a file, as a direct little-endian buffer.
   *
   * @throws IOException where there are fewer
   */
  static ByteBuffer readData(InputStream in, int size) throws IOException {
    ReadableByteChannel channel = Channels.newChannel(in);
    ByteBuffer data = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
    while (data.hasRemaining()) {
      if (channel.read(data) < 0) {
        throw new IOException("it is cut off");
      }
    }
    return data.flip();
  }
}
