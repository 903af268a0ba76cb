package dev.secant.data;

import dev.secant.config.InputException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Photos and index masks from image files. */
final class ImageFile {
  private static final long PNG = 0x89504E470D0A1A0AL;

  private ImageFile() {}

  /**
   * Red, green and blue of each pixel.
   *
   * @param scale every so many pixels in each direction become one, their mean; what is left over
   *     at the right and the bottom is cut off
   */
  static Pixels photo(Path file, int scale) {
    Pixels whole = photo(file);
    int height = whole.height() / scale;
    int width = whole.width() / scale;
    if (height == 0 || width == 0) {
      throw DataFiles.wrong(file, "is smaller than scale = " + scale);
    }
    if (scale == 1) {
      return whole;
    }
    byte[] pixels = new byte[3 * height * width];
    for (int channel = 0; channel < 3; channel++) {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int sum = 0;
          for (int dy = 0; dy < scale; dy++) {
            for (int dx = 0; dx < scale; dx++) {
              int row = channel * whole.height() + y * scale + dy;
              sum += whole.content()[row * whole.width() + x * scale + dx] & 0xFF;
            }
          }
          int area = scale * scale;
          pixels[(channel * height + y) * width + x] = (byte) ((sum + area / 2) / area);
        }
      }
    }
    return new Pixels(whole.height(), whole.width(), height, width, pixels);
  }

  /** Red, green and blue of each pixel; grey is all three, transparency is left out. */
  static Pixels photo(Path file) {
    byte[] bytes = DataFiles.read(file);
    if (Jpeg.begins(bytes)) {
      return Jpeg.decode(file, bytes);
    }
    BufferedImage image = decode(file, bytes);
    int height = image.getHeight();
    int width = image.getWidth();
    byte[] pixels = new byte[3 * height * width];
    for (int channel = 0; channel < 3; channel++) {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          pixels[(channel * height + y) * width + x] = (byte) sample(image, x, y, channel);
        }
      }
    }
    return new Pixels(height, width, height, width, pixels);
  }

  /**
   * The index of each pixel's class: the sample itself, or the index into the palette, never a
   * colour.
   *
   * @param scale the middle one of so many pixels in each direction is taken
   */
  static Pixels mask(Path file, int scale) {
    BufferedImage image = decode(file, DataFiles.read(file));
    Raster raster = image.getRaster();
    if (raster.getNumBands() != 1 || raster.getSampleModel().getSampleSize(0) > 8) {
      throw DataFiles.wrong(
          file,
          "has "
              + raster.getNumBands()
              + " channels of "
              + raster.getSampleModel().getSampleSize(0)
              + " bits; expected one of 8 bits that holds class indices");
    }
    int height = image.getHeight() / scale;
    int width = image.getWidth() / scale;
    byte[] pixels = new byte[height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        pixels[y * width + x] =
            (byte) raster.getSample(x * scale + scale / 2, y * scale + scale / 2, 0);
      }
    }
    return new Pixels(image.getHeight(), image.getWidth(), height, width, pixels);
  }

  private static int sample(BufferedImage image, int x, int y, int channel) {
    if (image.getColorModel() instanceof IndexColorModel) {
      return image.getRGB(x, y) >> (16 - 8 * channel) & 0xFF;
    }
    // The samples themselves: getRGB would convert grey from a linear colour space.
    Raster raster = image.getRaster();
    int band = raster.getNumBands() < 3 ? 0 : channel;
    int bits = raster.getSampleModel().getSampleSize(band);
    int value = raster.getSample(x, y, band);
    return bits > 8 ? value >> (bits - 8) : value;
  }

  private static BufferedImage decode(Path file, byte[] bytes) {
    if (bytes.length == 0) {
      throw DataFiles.wrong(file, "is empty; expected an image");
    }
    checkPng(file, bytes);
    BufferedImage image;
    // Not closed here: ImageIO closes it where it can read it, and it holds nothing but memory.
    ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes));
    try {
      image = ImageIO.read(stream);
    } catch (IOException
        | IllegalArgumentException
        | IndexOutOfBoundsException
        | NegativeArraySizeException e) {
      throw damaged(file, e);
    }
    if (image == null) {
      throw DataFiles.wrong(file, "is not an image that can be read; expected PNG, JPEG or TIFF");
    }
    return image;
  }

  /** An error about a file that begins as an image does and cannot be decoded. */
  static InputException damaged(Path file, Exception cause) {
    return new InputException(file + ": is a damaged or truncated image: " + cause, cause);
  }

  /** ImageIO passes over damaged and missing chunks; a training set should not. */
  private static void checkPng(Path file, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length < 8 || buffer.getLong() != PNG) {
      if (file.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
        throw DataFiles.wrong(file, "does not begin as a PNG file does");
      }
      return;
    }
    while (buffer.remaining() >= 12) {
      int length = buffer.getInt();
      if (length < 0 || length > buffer.remaining() - 8) {
        break;
      }
      CRC32 sum = new CRC32();
      sum.update(bytes, buffer.position(), 4 + length);
      int kind = buffer.getInt();
      buffer.position(buffer.position() + length);
      if (buffer.getInt() != (int) sum.getValue()) {
        throw DataFiles.wrong(
            file, "is a damaged PNG file: a checksum is wrong at byte " + (buffer.position() - 4));
      }
      if (kind == 0x49454E44) {
        return;
      }
    }
    throw DataFiles.wrong(file, "is a truncated PNG file of " + bytes.length + " bytes");
  }

  /**
   * @param fileHeight pixels of the file, before scaling
   * @param fileWidth pixels of the file, before scaling
   * @param content channels first, one byte each
   */
  record Pixels(int fileHeight, int fileWidth, int height, int width, byte[] content) {}
}
