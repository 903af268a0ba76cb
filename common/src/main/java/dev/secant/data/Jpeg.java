package dev.secant.data;

import dev.secant.data.ImageFile.Pixels;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * JPEG files as red, green and blue. ImageIO only decodes the components: its conversion to colour
 * knows no CMYK. Which colours the components are, and the conversion, number for number, are those
 * of libjpeg and Pillow, so that photos are what torchvision's ImageFolder reads: an embedded
 * colour profile changes nothing, and four components are taken for inverted, as Adobe writes them.
 */
final class Jpeg {
  private static final int START = 0xD8;
  private static final int END = 0xD9;
  private static final int APP0 = 0xE0;
  private static final int APP14 = 0xEE;

  private Jpeg() {}

  /** Whether the bytes begin as a JPEG file does. */
  static boolean begins(byte[] bytes) {
    return bytes.length > 2 && unsigned(bytes, 0) == 0xFF && unsigned(bytes, 1) == START;
  }

  /**
   * The pixels of a JPEG file.
   *
   * @throws dev.secant.config.InputException where the file is truncated or cannot be decoded; as
   *     in libjpeg, wrong bits within a whole file spoil pixels and are no error
   */
  static Pixels decode(Path file, byte[] bytes) {
    Colours colours = colours(file, bytes);
    Raster raster = components(file, bytes);
    int height = raster.getHeight();
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    byte[] row = new byte[width * bands];
    byte[] pixels = new byte[3 * height * width];
    for (int y = 0; y < height; y++) {
      raster.getDataElements(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int rgb = colours.rgb(row, x * bands);
        for (int channel = 0; channel < 3; channel++) {
          pixels[(channel * height + y) * width + x] = (byte) (rgb >> (16 - 8 * channel));
        }
      }
    }
    return new Pixels(height, width, height, width, pixels);
  }

  private static Raster components(Path file, byte[] bytes) {
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    try {
      reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes)), true, true);
      return reader.readRaster(0, null);
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw ImageFile.damaged(file, e);
    } finally {
      reader.dispose();
    }
  }

  /**
   * Reads the file's markers up to its end, by the rules of libjpeg's {@code
   * default_decompress_parms}.
   */
  private static Colours colours(Path file, byte[] bytes) {
    boolean jfif = false;
    int adobe = -1;
    byte[] components = {};
    int at = next(bytes, 2);
    while (at < bytes.length && unsigned(bytes, at) != END) {
      int marker = unsigned(bytes, at);
      int segment = at + 1;
      int length = segment + 1 < bytes.length ? both(bytes, segment) : bytes.length;
      if (segment + length > bytes.length) {
        break;
      }
      if (marker == APP0 && says("JFIF\0", bytes, segment, length)) {
        jfif = true;
      } else if (marker == APP14 && length >= 14 && says("Adobe", bytes, segment, length)) {
        adobe = unsigned(bytes, segment + 13);
      } else if (isFrame(marker) && length >= 8) {
        int count = Math.min(unsigned(bytes, segment + 7), (length - 8) / 3);
        components = new byte[count];
        for (int i = 0; i < count; i++) {
          components[i] = bytes[segment + 8 + 3 * i];
        }
      }
      at = next(bytes, segment + length);
    }
    if (at >= bytes.length || unsigned(bytes, at) != END) {
      throw DataFiles.wrong(file, "is a truncated JPEG file of " + bytes.length + " bytes");
    }
    return switch (components.length) {
      case 1 -> Colours.GREY;
      case 3 -> {
        boolean plain =
            adobe >= 0 ? adobe == 0 : Arrays.equals(components, new byte[] {'R', 'G', 'B'});
        yield plain && !jfif ? Colours.RGB : Colours.YCC;
      }
      case 4 -> adobe > 0 ? Colours.YCCK : Colours.CMYK;
      default ->
          throw DataFiles.wrong(
              file, "has " + components.length + " colour components; expected 1, 3 or 4");
    };
  }

  /** Where the next marker's code is: what lies before it, such as coded pixels, is passed over. */
  private static int next(byte[] bytes, int from) {
    int at = from + 1;
    while (at < bytes.length) {
      int code = unsigned(bytes, at);
      boolean alone = code <= 0x01 || code == 0xFF || (code >= 0xD0 && code <= START);
      if (unsigned(bytes, at - 1) == 0xFF && !alone) {
        return at;
      }
      at++;
    }
    return at;
  }

  /** Whether a marker begins a frame: SOF0 to SOF15, but for DHT, JPG and DAC among them. */
  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static boolean says(String word, byte[] bytes, int segment, int length) {
    return length >= 2 + word.length()
        && word.equals(new String(bytes, segment + 2, word.length(), StandardCharsets.ISO_8859_1));
  }

  private static int both(byte[] bytes, int at) {
    return unsigned(bytes, at) << 8 | unsigned(bytes, at + 1);
  }

  private static int unsigned(byte[] bytes, int at) {
    return bytes[at] & 0xFF;
  }

  /** What a pixel's components are. */
  private enum Colours {
    GREY {
      @Override
      int rgb(byte[] row, int at) {
        return unsigned(row, at) * 0x010101;
      }
    },
    RGB {
      @Override
      int rgb(byte[] row, int at) {
        return unsigned(row, at) << 16 | both(row, at + 1);
      }
    },
    YCC {
      @Override
      int rgb(byte[] row, int at) {
        int y = unsigned(row, at);
        int cb = unsigned(row, at + 1) - 128;
        int cr = unsigned(row, at + 2) - 128;
        // 1.402, 0.34414, 0.71414 and 1.772 in 16-bit fixed point, rounded as in libjpeg.
        int red = y + ((91881 * cr + 32768) >> 16);
        int green = y + ((-22554 * cb - 46802 * cr + 32768) >> 16);
        int blue = y + ((116130 * cb + 32768) >> 16);
        return clip(red) << 16 | clip(green) << 8 | clip(blue);
      }
    },
    CMYK {
      @Override
      int rgb(byte[] row, int at) {
        return darken(RGB.rgb(row, at), unsigned(row, at + 3));
      }
    },
    YCCK {
      @Override
      int rgb(byte[] row, int at) {
        // Such a file holds 255 - CMY as YCC.
        return darken(YCC.rgb(row, at) ^ 0xFFFFFF, unsigned(row, at + 3));
      }
    };

    abstract int rgb(byte[] row, int at);

    /**
     * @param light what each ink leaves of red, green and blue
     * @param white what black leaves
     */
    private static int darken(int light, int white) {
      int rgb = 0;
      for (int shift = 16; shift >= 0; shift -= 8) {
        int ink = 255 - (light >> shift & 0xFF);
        int product = ink * white + 128;
        rgb |= clip(white - ((product + (product >> 8)) >> 8)) << shift;
      }
      return rgb;
    }

    private static int clip(int value) {
      return Math.max(0, Math.min(255, value));
    }
  }
}
