package dev.secant.data;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * All images of a dataset as they are stored, for a device that keeps them, and cuts and normalises
 * its samples itself. Beside an image everything is black: byte 0.
 *
 * @param bytes image after image, {@code [images, channels, height, width]}
 * @param numbers what each byte of each channel is to the network, {@code [channels, 256]}
 * @param margin how many rows and columns beside its image a sample may begin or end
 */
public record StoredImages(ByteBuffer bytes, FloatBuffer numbers, int margin) {
  public StoredImages {
    bytes = bytes.asReadOnlyBuffer();
    numbers = numbers.asReadOnlyBuffer();
  }
}
