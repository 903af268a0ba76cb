package dev.secant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaihingenTest {
  private static final int[] COLOURS = {0xFFFFFF, 0x0000FF, 0x00FFFF, 0x00FF00, 0xFFFF00, 0xFF0000};

  @TempDir Path root;
  private Path images;
  private Path truths;

  @BeforeEach
  void writeTiles() throws IOException {
    images = Files.createDirectories(root.resolve("vaihingen/top"));
    truths = Files.createDirectories(root.resolve("vaihingen/gts_for_participants"));
    write(1, 9, 7);
    write(3, 6, 8);
    write(28, 9, 5);
  }

  @Test
  void drawsMirroredCropsOfTilesInTurn() {
    Dataset data = load(Map.of());
    assertThat(data.task()).isEqualTo(new Task.Segmentation(3, 4, 4, 6));
    assertThat(data.trainSize()).isEqualTo(20);
    Batch batch = Reading.train(data, 20);
    long[] targets = Reading.targets(batch);
    float[] pixels = Reading.pixels(batch);
    RandomStream draws = RandomStream.at(7, Purpose.AUGMENTATION, 3);
    for (int i = 0; i < 20; i++) {
      int area = i % 2 == 0 ? 1 : 3;
      int top = draws.nextInt((area == 1 ? 7 : 8) - 4 + 1);
      int left = draws.nextInt((area == 1 ? 9 : 6) - 4 + 1);
      boolean mirror = draws.nextBoolean();
      boolean overturn = draws.nextBoolean();
      for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 4; x++) {
          int row = top + (overturn ? 3 - y : y);
          int column = left + (mirror ? 3 - x : x);
          assertThat(targets[i * 16 + y * 4 + x]).isEqualTo(label(area, column, row));
          for (int channel = 0; channel < 3; channel++) {
            assertThat(pixels[i * 48 + channel * 16 + y * 4 + x])
                .isEqualTo(value(area, channel, column, row) / 255f);
          }
        }
      }
    }
  }

  @Test
  void validatesOnAFixedGrid() {
    Dataset data = load(Map.of());
    // 9x5 holds two 4x4 tiles side by side: from row 0, columns 0 and 4.
    assertThat(data.validationSize()).isEqualTo(2);
    long[] targets = Reading.targets(Reading.validation(data));
    for (int tile = 0; tile < 2; tile++) {
      for (int i = 0; i < 16; i++) {
        assertThat(targets[tile * 16 + i]).isEqualTo(label(28, 4 * tile + i % 4, i / 4));
      }
    }
  }

  @Test
  void hasThePapersSettingsByDefault() {
    DatasetSource source = Datasets.parse(Settings.of(Map.of("type", "vaihingen")));
    assertThat(source.settings())
        .containsEntry("crop", 256)
        .containsEntry("crops-per-epoch", 10_000)
        .containsEntry("flip", true)
        .containsEntry("train-areas", List.of(1, 3, 5, 7, 11, 13, 15, 17, 21, 23, 26))
        .containsEntry("validation-areas", List.of(28, 30, 32, 34, 37));
  }

  @Test
  void refusesWhatIsMissingOrDamaged() throws IOException {
    Path image = images.resolve("top_mosaic_09cm_area3.tif");
    Path truth = truths.resolve("top_mosaic_09cm_area3.tif");
    byte[] whole = Files.readAllBytes(image);
    assertRefused(Map.of("crop", 7), image.toString(), "is 6x8", "at least the crop, 7x7");
    for (int length : new int[] {20, whole.length / 2, whole.length - 1}) {
      Files.write(image, Arrays.copyOf(whole, length));
      assertRefused(Map.of(), image.toString(), "damaged or truncated");
    }
    Files.write(image, new byte[0]);
    assertRefused(Map.of(), image.toString(), "is empty");
    Files.writeString(image, "not an image");
    assertRefused(Map.of(), image.toString(), "not an image that can be read");
    Files.write(image, whole);
    BufferedImage colours = truth(3, 6, 8);
    colours.setRGB(5, 2, 0x010203);
    ImageIO.write(colours, "tiff", truth.toFile());
    assertRefused(Map.of(), truth.toString(), "#010203 at column 5, row 2", "cyan");
    ImageIO.write(truth(3, 5, 8), "tiff", truth.toFile());
    assertRefused(Map.of(), truth.toString(), "is 5x8", "expected 6x8");
    Files.delete(truth);
    assertRefused(Map.of(), truth.toString(), "no such file");
    assertRefused(Map.of("train-areas", List.of(1, 5)), "area5.tif", "no such file");
  }

  private Dataset load(Map<String, Object> options) {
    Map<String, Object> all =
        new TreeMap<>(
            Map.of(
                "crop",
                4,
                "crops-per-epoch",
                20,
                "train-areas",
                List.of(1, 3),
                "validation-areas",
                List.of(28)));
    all.putAll(options);
    return Reading.load(root, "vaihingen", all);
  }

  private void assertRefused(Map<String, Object> options, String... parts) {
    assertThatThrownBy(() -> load(options))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts);
  }

  private void write(int area, int width, int height) throws IOException {
    String name = "top_mosaic_09cm_area" + area + ".tif";
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(
            x, y, value(area, 0, x, y) << 16 | value(area, 1, x, y) << 8 | value(area, 2, x, y));
      }
    }
    assertThat(ImageIO.write(image, "tiff", images.resolve(name).toFile())).isTrue();
    ImageIO.write(truth(area, width, height), "tiff", truths.resolve(name).toFile());
  }

  private static BufferedImage truth(int area, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, COLOURS[label(area, x, y)]);
      }
    }
    return image;
  }

  private static int value(int area, int channel, int x, int y) {
    return (41 * area + 37 * x + 91 * y + 53 * channel + x * y) % 256;
  }

  private static int label(int area, int x, int y) {
    return (area + x + 2 * y) % 6;
  }
}
