package dev.secant.training;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The <a href="https://github.com/huggingface/safetensors">safetensors</a> format: the length of a
 * header, a header in JSON that says which tensors lie where, and their numbers without holes,
 * little-endian and row-major.
 */
final class Safetensors {
  private static final String METADATA = "__metadata__";
  private static final int LARGEST_HEADER = 16 << 20;

  /** Most tensors fit it. */
  private static final int FIRST_ROOM = 64 << 20;

  /** A header is three levels deep; one that is deeper, or names a tensor twice, is refused. */
  private static final ObjectReader JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(3).build())
                  .build())
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

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
        return parse(JSON.readTree(json));
      } catch (EOFException e) {
        throw new IOException("it is cut off", e);
      } catch (JsonProcessingException e) {
        throw new IOException("its header is not one of safetensors: " + e.getOriginalMessage(), e);
      } catch (ArithmeticException e) {
        throw new IOException("its header is not one of safetensors: a size is out of range", e);
      }
    }

    private static Header parse(JsonNode root) throws IOException {
      Map<String, String> metadata = new LinkedHashMap<>();
      Map<Entry, List<Long>> offsets = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> member : all(root, "it")) {
        if (member.getKey().equals(METADATA)) {
          for (Map.Entry<String, JsonNode> text : all(member.getValue(), METADATA)) {
            metadata.put(text.getKey(), require(text.getValue(), JsonNode::isTextual).textValue());
          }
        } else {
          Entry entry = entry(member.getKey(), member.getValue());
          List<Long> range = new ArrayList<>();
          for (JsonNode offset : list(member.getValue(), "data_offsets")) {
            range.add(require(offset, JsonNode::canConvertToLong).longValue());
          }
          offsets.put(entry, range);
        }
      }
      List<Entry> entries = new ArrayList<>(offsets.keySet());
      for (Entry entry : entries) {
        if (offsets.get(entry).size() != 2) {
          throw new IOException("its tensor " + entry.name() + " has no start and end");
        }
      }
      // An empty tensor ends where it starts, so the end decides between two of one start.
      entries.sort(
          Comparator.comparing((Entry entry) -> offsets.get(entry).get(0))
              .thenComparing(entry -> offsets.get(entry).get(1)));
      long end = 0;
      for (Entry entry : entries) {
        long next = Math.addExact(end, entry.bytes());
        if (!offsets.get(entry).equals(List.of(end, next))) {
          throw new IOException("its tensor " + entry.name() + " is not where its shape says");
        }
        end = next;
      }
      return new Header(metadata, entries);
    }

    private static Entry entry(String name, JsonNode tensor) throws IOException {
      String dtype = tensor.path("dtype").asText();
      Type type =
          Arrays.stream(Type.values())
              .filter(known -> known.name().equals(dtype))
              .findFirst()
              .orElseThrow(() -> new IOException("its tensor " + name + " has no known dtype"));
      List<Integer> shape = new ArrayList<>();
      for (JsonNode length : list(tensor, "shape")) {
        shape.add(require(length, JsonNode::canConvertToInt).intValue());
      }
      return new Entry(name, type, shape);
    }

    private static Iterable<Map.Entry<String, JsonNode>> all(JsonNode object, String name)
        throws IOException {
      if (!object.isObject()) {
        throw new IOException("its header is not one of safetensors: " + name + " is no object");
      }
      return object.properties();
    }

    private static JsonNode list(JsonNode tensor, String key) throws IOException {
      return require(tensor.path(key), JsonNode::isArray);
    }

    private static JsonNode require(JsonNode value, Predicate<JsonNode> kind) throws IOException {
      if (!kind.test(value) || value.isFloatingPointNumber()) {
        throw new IOException("its header is not one of safetensors: it holds " + value);
      }
      return value;
    }

    /** The length of all data in bytes. */
    private long dataBytes() {
      return entries.stream().mapToLong(Entry::bytes).sum();
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
   * @throws IOException where it is no safetensors, or its data are not as long as its header says,
   *     which is known before there is room made for any of them; the message says which
   */
  static Map<String, Named> read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      InputStream in = Channels.newInputStream(channel);
      Header header = Header.read(in);
      long left = channel.size() - channel.position();
      if (header.dataBytes() != left) {
        throw new IOException(
            "its header claims " + header.dataBytes() + " bytes of data, but it has " + left);
      }
      return read(header, in);
    }
  }

  /** The same of a file whose length is not known. */
  static Map<String, Named> read(InputStream in) throws IOException {
    return read(Header.read(in), in);
  }

  private static Map<String, Named> read(Header header, InputStream in) throws IOException {
    Map<String, Named> tensors = new LinkedHashMap<>();
    for (Entry entry : header.entries()) {
      if (entry.bytes() > Integer.MAX_VALUE) {
        throw new IOException("its tensor " + entry.name() + " is too large: " + entry.bytes());
      }
      tensors.put(entry.name(), new Named(entry, readData(in, (int) entry.bytes())));
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
   * The next bytes of a file, as a direct little-endian buffer. Room is made as they come: a size
   * that is only claimed takes no memory.
   *
   * @throws IOException where there are fewer
   */
  static ByteBuffer readData(InputStream in, int size) throws IOException {
    ReadableByteChannel channel = Channels.newChannel(in);
    ByteBuffer data = ByteBuffer.allocateDirect(Math.min(size, FIRST_ROOM));
    while (data.position() < size) {
      if (!data.hasRemaining()) {
        int larger = (int) Math.min(size, 4L * data.capacity());
        data = ByteBuffer.allocateDirect(larger).put(data.flip());
      }
      if (channel.read(data) < 0) {
        throw new IOException("it is cut off");
      }
    }
    return data.flip().order(ByteOrder.LITTLE_ENDIAN);
  }
}
