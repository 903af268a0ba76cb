package dev.secant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.config.InputException;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] DEVIATION = {0.229, 0.224, 0.225};

  @TempDir Path root;
  private Path folder;

  @BeforeEach
  void writeFolder() throws IOException {
    folder = root.resolve("photos");
    int shade = 0;
    for (String name :
        new String[] {
          "train/zebra/b.png",
          "train/ant/c.PNG",
          "train/ant/a.png",
          "train/bee/d.png",
          "train/bee/e.png",
          "val/ant/a.png",
          "val/bee/f.png",
          "val/zebra/g.png"
        }) {
      Files.createDirectories(folder.resolve(name).getParent());
      ImageIO.write(image(40 + shade, 30, shade), "png", folder.resolve(name).toFile());
      shade++;
    }
    Files.writeString(folder.resolve("train/ant/README.txt"), "not a photo");
    Files.writeString(folder.resolve("train/ant/.hidden.png"), "not a photo");
    Files.writeString(folder.resolve("train/list.txt"), "not a class");
  }

  @Test
  void numbersClassesAndPhotosByName() {
    Dataset data = load(Map.of());
    assertThat(data.task()).isEqualTo(new Task.Classification(3, 16, 16, 3));
    assertThat(Reading.targets(Reading.train(data, 5))).containsExactly(0, 0, 1, 1, 2);
    assertThat(Reading.targets(Reading.validation(data))).containsExactly(0, 1, 2);
  }

  @Test
  void usesTheFirstClassesAndPhotosOnly() {
    Dataset data = load(Map.of("classes", 2, "samples-per-class", 1));
    assertThat(data.task().classes()).isEqualTo(2);
    assertThat(data.trainSize()).isEqualTo(2);
    assertThat(data.validationSize()).isEqualTo(2);
    assertRefused(Map.of("classes", 4), "train", "holds 3 class folders; expected at least 4");
  }

  @Test
  void holdsOutPhotosWhereThereIsNoValFolder() throws IOException {
    for (String part : new String[] {"photos/train", "photos"}) {
      if (part.equals("photos")) {
        deleteVal();
      }
      Map<String, Object> options = Map.of("folder", part, "validation-fraction", 0.4);
      Dataset data = load(options);
      assertThat(data.trainSize()).isEqualTo(3);
      assertThat(data.validationSize()).isEqualTo(2);
      assertThat(Reading.pixels(Reading.validation(data)))
          .isEqualTo(Reading.pixels(Reading.validation(load(options))));
    }
  }

  @Test
  void validatesOnTheMiddleOfTheResizedPhoto() {
    Dataset data = load(Map.of());
    float[] found = Reading.pixels(Reading.validation(data));
    // The short side, 30, becomes 18; the first photo of val, 45 wide, becomes 27 wide.
    double[] expected = resized(45, 30, 5, 0, 0, 30, 45, 18, 27, 1, 6);
    assertNear(Arrays.copyOf(found, expected.length), expected, false);
  }

  @Test
  void trainsOnRandomResizedCropsEachFromItsOwnDraw() {
    float[] found = Reading.pixels(Reading.train(load(Map.of()), 5));
    RandomStream draws = RandomStream.at(7, Purpose.AUGMENTATION, 3);
    int[] shades = {2, 1, 3, 4, 0};
    for (int i = 0; i < 5; i++) {
      RandomStream own = RandomStream.at(draws.nextLong(), Purpose.AUGMENTATION);
      boolean mirror = own.nextBoolean();
      int width = 40 + shades[i];
      RandomCrop crop = RandomCrop.draw(30, width, own);
      double[] expected =
          resized(
              width,
              30,
              shades[i],
              crop.top(),
              crop.left(),
              crop.height(),
              crop.width(),
              16,
              16,
              0,
              0);
      assertNear(Arrays.copyOfRange(found, i * 768, (i + 1) * 768), expected, mirror);
    }
  }

  @Test
  void trainsOnTheMiddleWhereNothingIsRandom() {
    Dataset data = load(Map.of("random-crop", false, "flip", false));
    float[] found = Reading.pixels(Reading.train(data, 1));
    double[] expected = resized(42, 30, 2, 0, 0, 30, 42, 18, 25, 1, 4);
    assertNear(found, expected, false);
  }

  @Test
  void readsTheSameFromManyThreads() {
    Dataset data = load(Map.of());
    float[] alone = Reading.pixels(Reading.train(data, 5));
    assertThat(
            IntStream.range(0, 40)
                .parallel()
                .allMatch(i -> Arrays.equals(alone, Reading.pixels(Reading.train(data, 5)))))
        .isTrue();
  }

  @Test
  void decodesEveryKindOfJpeg() throws IOException {
    // One colour each, so that the compression leaves it as it is up to rounding.
    assertColour(jpeg(new int[] {77}), 77, 77, 77);
    // Y, Cb, Cr of (200, 100, 50) by JFIF: 0.299 R + 0.587 G + 0.114 B, and so on.
    assertColour(
        marked(jpeg(new int[] {124, 86, 182}), 0xE0, "JFIF\0\1\1\0\0\1\0\1\0\0"), 200, 100, 50);
    assertColour(marked(jpeg(new int[] {124, 86, 182}), 0xEE, adobe(1)), 200, 100, 50);
    assertColour(marked(jpeg(new int[] {200, 100, 50}), 0xEE, adobe(0)), 200, 100, 50);
    // Adobe's CMYK is inverted: 255 is no ink. Each colour is its light times black's.
    assertColour(marked(jpeg(new int[] {200, 100, 50, 255}), 0xEE, adobe(0)), 200, 100, 50);
    assertColour(marked(jpeg(new int[] {200, 100, 50, 102}), 0xEE, adobe(0)), 80, 40, 20);
    assertColour(jpeg(new int[] {200, 100, 50, 102}), 80, 40, 20);
    // YCCK holds the inks, 255 - (200, 100, 50), as Y, Cb, Cr.
    assertColour(marked(jpeg(new int[] {131, 170, 74, 102}), 0xEE, adobe(2)), 80, 40, 20);
  }

  @Test
  void namesThePhotoThatIsDamagedWhenItIsRead() throws IOException {
    Path photo = folder.resolve("train/ant/a.jpeg");
    Files.delete(folder.resolve("train/ant/a.png"));
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    ImageIO.write(image(60, 50, 1), "jpeg", whole);
    byte[] bytes = whole.toByteArray();
    for (int length : new int[] {3, 30, bytes.length / 2, bytes.length - 2}) {
      Files.write(photo, Arrays.copyOf(bytes, length));
      assertUnreadable(photo, "is a truncated JPEG file of " + length + " bytes");
    }
    Files.write(photo, new byte[0]);
    assertUnreadable(photo, "is empty");
    Files.writeString(photo, "<html>404</html>");
    assertUnreadable(photo, "not an image that can be read");
    byte[] headless = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xD9};
    Files.write(photo, headless);
    assertUnreadable(photo, "0 colour components");
    // Without its quantization tables the file is whole and cannot be decoded.
    byte[] spoilt = bytes.clone();
    spoilt[marker(bytes, 0xDB) + 1] = (byte) 0xFE;
    Files.write(photo, spoilt);
    assertUnreadable(photo, "damaged or truncated");
    Dataset data = load(Map.of());
    Files.delete(photo);
    assertThatThrownBy(() -> Reading.train(data, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(photo.toString(), "no such file");
  }

  @Test
  void refusesFoldersThatAreNotAsTheyShouldBe() throws IOException {
    Files.createDirectories(folder.resolve("train/cat"));
    assertRefused(Map.of(), folder.resolve("train/cat").toString(), "holds no images", ".jpeg");
    ImageIO.write(image(9, 9, 0), "png", folder.resolve("train/cat/x.png").toFile());
    assertRefused(Map.of(), folder.resolve("val").toString(), "no class folder cat");
    Files.createDirectories(folder.resolve("val/dog"));
    ImageIO.write(image(9, 9, 0), "png", folder.resolve("val/dog/x.png").toFile());
    Files.delete(folder.resolve("train/cat/x.png"));
    Files.delete(folder.resolve("train/cat"));
    assertRefused(Map.of(), folder.resolve("train").toString(), "no class folder dog");
    Files.createDirectories(root.resolve("nothing"));
    assertRefused(Map.of("folder", "nothing"), "nothing", "holds 0 class folders");
    assertRefused(Map.of("folder", "nowhere"), "nowhere", "no such folder");
  }

  @Test
  void readsThePublishedPhotosAsTorchvisionDoes() {
    Path real = Reading.realData();
    Dataset data = Reading.load(real, "image-folder", Map.of("folder", "imagefolder"));
    assertThat(data.task()).isEqualTo(new Task.Classification(3, 224, 224, 10));
    assertThat(data.trainSize()).isEqualTo(120);
    assertThat(data.validationSize()).isEqualTo(60);
    // Means of red, green and blue of three samples of torchvision's ImageFolder with Resize(256),
    // CenterCrop(224), ToTensor and Normalize.
    Batch batch = new Batch(data.task(), 60);
    data.readValidation(0, 60, batch);
    assertMeans(batch, 0, 0, -0.068017054, 0.011169674, -0.011182944);
    assertMeans(batch, 17, 2, -0.189757903, -0.269904314, -0.413613035);
    assertMeans(batch, 59, 9, 0.768061787, 0.649819008, 0.849681216);
    Dataset large = Reading.load(real, "image-folder", Map.of("folder", "imagefolder-fullsize"));
    assertThat(large.trainSize()).isEqualTo(8);
    assertThat(Reading.pixels(Reading.train(large, 8))).doesNotContain(Float.NaN);
  }

  private static void assertMeans(Batch batch, int sample, long label, double... means) {
    assertThat(batch.targets().get(sample)).isEqualTo(label);
    for (int channel = 0; channel < 3; channel++) {
      double sum = 0;
      for (int i = 0; i < 224 * 224; i++) {
        sum += batch.pixels().get((sample * 3 + channel) * 224 * 224 + i);
      }
      assertThat(sum / (224 * 224)).isEqualTo(means[channel], within(1e-6));
    }
  }

  private Dataset load(Map<String, Object> options) {
    Map<String, Object> all = new TreeMap<>(Map.of("folder", "photos", "size", 16));
    all.putAll(options);
    return Reading.load(root, "image-folder", all);
  }

  private void deleteVal() throws IOException {
    for (String name : new String[] {"ant/a.png", "ant", "bee/f.png", "bee", "zebra/g.png"}) {
      Files.delete(folder.resolve("val").resolve(name));
    }
    Files.delete(folder.resolve("val/zebra"));
    Files.delete(folder.resolve("val"));
  }

  private void assertRefused(Map<String, Object> options, String... parts) {
    assertThatThrownBy(() -> load(options))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts);
  }

  private void assertUnreadable(Path photo, String reason) {
    Dataset data = load(Map.of());
    assertThatThrownBy(() -> Reading.train(data, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(photo.toString(), reason);
  }

  private static void assertNear(float[] found, double[] expected, boolean mirror) {
    assertThat(found).hasSameSizeAs(expected);
    double worst = 0;
    for (int i = 0; i < found.length; i++) {
      int from = mirror ? i / 16 * 16 + 15 - i % 16 : i;
      worst = Math.max(worst, Math.abs(found[i] - expected[from]));
    }
    // Each of the two passes rounds to a 255th, half a step at most.
    assertThat(worst).isLessThan(1.02 / 255 / 0.224);
  }

  /** A part of a photo through a triangle filter in float64, both directions at once. */
  private static double[] resized(
      int photoWidth,
      int photoHeight,
      int shade,
      int top,
      int left,
      int height,
      int width,
      int toHeight,
      int toWidth,
      int fromRow,
      int fromColumn) {
    assertThat(top + height).isLessThanOrEqualTo(photoHeight);
    assertThat(left + width).isLessThanOrEqualTo(photoWidth);
    double[] result = new double[3 * 256];
    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 16; x++) {
        double[] sums = new double[3];
        double total = 0;
        for (int row = 0; row < height; row++) {
          double tall = triangle(row, fromRow + y, (double) height / toHeight);
          for (int column = 0; column < width && tall > 0; column++) {
            double weight = tall * triangle(column, fromColumn + x, (double) width / toWidth);
            total += weight;
            for (int channel = 0; channel < 3; channel++) {
              sums[channel] += weight * value(channel, left + column, top + row, shade);
            }
          }
        }
        for (int channel = 0; channel < 3; channel++) {
          result[channel * 256 + y * 16 + x] =
              (sums[channel] / total / 255 - MEAN[channel]) / DEVIATION[channel];
        }
      }
    }
    return result;
  }

  private static double triangle(int from, int to, double scale) {
    double distance = Math.abs(from + 0.5 - (to + 0.5) * scale);
    return Math.max(0, 1 - distance / Math.max(1, scale));
  }

  private static int value(int channel, int x, int y, int shade) {
    return (5 * x + 3 * y + 53 * channel + 29 * shade + x * y / 7) % 256;
  }

  private static BufferedImage image(int width, int height, int shade) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(
            x, y, value(0, x, y, shade) << 16 | value(1, x, y, shade) << 8 | value(2, x, y, shade));
      }
    }
    return image;
  }

  private void assertColour(byte[] jpeg, int... colour) throws IOException {
    Path file = Files.write(root.resolve("one.jpg"), jpeg);
    ImageFile.Pixels pixels = ImageFile.photo(file);
    assertThat(pixels.content()).hasSize(3 * 16 * 24);
    for (int i = 0; i < pixels.content().length; i++) {
      assertThat(pixels.content()[i] & 0xFF).isCloseTo(colour[i / (16 * 24)], within(2));
    }
  }

  /** A JPEG of 24 x 16 pixels that all have these components, with no marker that names them. */
  private static byte[] jpeg(int[] components) throws IOException {
    WritableRaster raster =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 24, 16, components.length, null);
    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 24; x++) {
        raster.setPixel(x, y, components);
      }
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam quality = writer.getDefaultWriteParam();
    quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    quality.setCompressionQuality(1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var stream = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(raster, null, null), quality);
    } finally {
      writer.dispose();
    }
    byte[] jpeg = bytes.toByteArray();
    assertThat(new String(jpeg, StandardCharsets.ISO_8859_1)).doesNotContain("JFIF", "Adobe");
    return jpeg;
  }

  private static String adobe(int transform) {
    return "Adobe\0d\0\0\0\0" + (char) transform;
  }

  /** With one more segment at the start. */
  private static byte[] marked(byte[] jpeg, int marker, String content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(jpeg, 0, 2);
    bytes.write(0xFF);
    bytes.write(marker);
    bytes.write(0);
    bytes.write(content.length() + 2);
    bytes.writeBytes(content.getBytes(StandardCharsets.ISO_8859_1));
    bytes.write(jpeg, 2, jpeg.length - 2);
    return bytes.toByteArray();
  }

  private static int marker(byte[] jpeg, int code) {
    for (int i = 0; i < jpeg.length - 1; i++) {
      if ((jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == code) {
        return i;
      }
    }
    throw new AssertionError("no such marker");
  }
}
