package dev.secant.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.analysis.WrittenSweep;
import dev.secant.config.InputException;
import dev.secant.table.EpochRecord;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads the files back by the formats' definitions alone: frames, checksums, message fields. */
class TensorBoardTest {
  private static SparkSession spark;
  @TempDir Path temp;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder().master("local[1]").config("spark.ui.enabled", "false").getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void everyScalarIsThereOnceAtItsStep() throws IOException {
    WrittenSweep sweep =
        sweep()
            .step(0, Map.of("loss", 2.5, "gamma", 0.25))
            .step(0, Map.of("reference", "initial", "loss", 2.5, "gamma", -0.125))
            .step(1, Map.of("loss", 1.5))
            .row(EpochRecord.TABLE, 2, Map.of("train_loss", 0.75, "full_batch_gamma", 0.5));
    sweep.analyze();

    assertThat(TensorBoard.write(spark, sweep.output(), Set.of(), temp.resolve("board")))
        .isEqualTo(1);

    Path run = temp.resolve("board/mlp-shapes-b32-momentum-lr0.01-s3-noise-000000000000");
    List<Scalar> scalars = new ArrayList<>();
    List<byte[]> events = frames(run.resolve("events.out.tfevents.0.secant"));
    for (byte[] event : events) {
      scalars.addAll(scalars(event));
    }
    assertThat(scalars)
        .containsExactlyInAnyOrder(
            new Scalar(0, "path/loss", 2.5f),
            new Scalar(0, "gamma/final", 0.25f),
            new Scalar(0, "gamma/initial", -0.125f),
            new Scalar(1, "path/loss", 1.5f),
            new Scalar(2, "epoch/train_loss", 0.75f),
            new Scalar(2, "full_batch_gamma/final", 0.5f));
    // Field 3 of an Event is the version of the file.
    assertThat(events.get(0)).endsWith("brain.Event:2".getBytes(UTF_8));
    assertThat(new String(events.get(1), UTF_8)).contains("text", "| batch_size | `32` |");
  }

  @Test
  void trialsAreChosenByTheirIds() throws IOException {
    WrittenSweep sweep = sweep().step(0, Map.of("loss", 1.0));
    sweep.trial(Map.of("steps", 0L, "status", "failed"));
    sweep.analyze();

    Set<String> failed = Set.of("000000000001");
    assertThat(TensorBoard.write(spark, sweep.output(), failed, temp.resolve("board"))).isZero();
    assertThat(temp.resolve("board")).doesNotExist();
    assertThatThrownBy(() -> TensorBoard.write(spark, sweep.output(), Set.of("ffffffffffff"), temp))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has no trial ffffffffffff");
  }

  private WrittenSweep sweep() {
    return new WrittenSweep(spark, temp.resolve("out"))
        .trial(
            Map.of(
                "architecture",
                "mlp",
                "dataset",
                "shapes",
                "batch_size",
                32,
                "optimizer",
                "momentum",
                "learning_rate",
                0.01,
                "seed",
                3L,
                "steps",
                2L,
                "gradient_noise",
                true,
                "random_labels",
                0.0,
                "label_smoothing",
                0.0));
  }

  private record Scalar(long step, String tag, float value) {}

  /** TFRecord: length, its checksum, the data, their checksum. */
  private static List<byte[]> frames(Path file) throws IOException {
    List<byte[]> frames = new ArrayList<>();
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      while (true) {
        byte[] length = in.readNBytes(8);
        if (length.length == 0) {
          return frames;
        }
        assertThat(in.readNBytes(4)).isEqualTo(masked(crc32c(length)));
        byte[] data =
            in.readNBytes((int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong());
        assertThat(in.readNBytes(4)).isEqualTo(masked(crc32c(data)));
        frames.add(data);
      }
    }
  }

  private static byte[] masked(int crc) {
    int value = (crc >>> 15 | crc << 17) + 0xa282ead8;
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  /** Bit by bit, by the polynomial of Castagnoli. */
  private static int crc32c(byte[] data) {
    int crc = ~0;
    for (byte b : data) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0x82f63b78;
      }
    }
    return ~crc;
  }

  /**
   * Event: step = 2 (varint), summary = 5; Summary: value = 1; Value: tag = 1, simple_value = 2.
   */
  private static List<Scalar> scalars(byte[] event) throws IOException {
    List<Scalar> scalars = new ArrayList<>();
    long step = 0;
    for (Field field : fields(event)) {
      if (field.number == 2) {
        step = field.value;
      } else if (field.number == 5) {
        for (Field value : fields(field.bytes)) {
          String tag = "";
          for (Field part : fields(value.bytes)) {
            if (part.number == 1) {
              tag = new String(part.bytes, UTF_8);
            } else if (part.number == 2) {
              scalars.add(new Scalar(step, tag, Float.intBitsToFloat((int) part.value)));
            }
          }
        }
      }
    }
    return scalars;
  }

  private record Field(int number, long value, byte[] bytes) {}

  /**
   * Protocol buffers' wire format: a key, then a varint, 8 bytes, a length and bytes, or 4 bytes.
   */
  private static List<Field> fields(byte[] message) throws IOException {
    List<Field> fields = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      long key = varint(in);
      int number = (int) (key >>> 3);
      switch ((int) (key & 7)) {
        case 0 -> fields.add(new Field(number, varint(in), new byte[0]));
        case 1 -> fields.add(new Field(number, in.getLong(), new byte[0]));
        case 2 -> {
          byte[] bytes = new byte[(int) varint(in)];
          in.get(bytes);
          fields.add(new Field(number, 0, bytes));
        }
        case 5 -> fields.add(new Field(number, in.getInt(), new byte[0]));
        default -> throw new EOFException("no such wire type: " + key);
      }
    }
    return fields;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }
}
