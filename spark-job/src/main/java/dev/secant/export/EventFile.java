package dev.secant.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;

/**
 * A TensorBoard event file: TFRecord frames of {@code Event} messages.
 *
 * @see <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord">the frames</a>
 */
final class EventFile implements AutoCloseable {
  private static final String VERSION = "brain.Event:2";
  private static final int MASK_DELTA = 0xa282ead8;

  private final OutputStream out;

  /** Creates the file, or empties the one that is there. */
  EventFile(Path file) throws IOException {
    this.out = new BufferedOutputStream(Files.newOutputStream(file));
    write(Event.newBuilder().setFileVersion(VERSION).build());
  }

  /** What was seen at a step. The tables hold no time for it: the clock stands at 0. */
  void add(long step, Summary summary) throws IOException {
    write(Event.newBuilder().setStep(step).setSummary(summary).build());
  }

  private void write(Event event) throws IOException {
    byte[] data = event.toByteArray();
    byte[] length =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(data.length).array();
    out.write(length);
    out.write(maskedChecksum(length));
    out.write(data);
    out.write(maskedChecksum(data));
  }

  /** CRC-32C, rotated and shifted as TFRecord wants it: data may hold checksums itself. */
  private static byte[] maskedChecksum(byte[] data) {
    CRC32C checksum = new CRC32C();
    checksum.update(data);
    int masked = Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(masked).array();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
