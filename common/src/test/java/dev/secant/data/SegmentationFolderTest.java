package dev.secant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.config.InputException;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentationFolderTest {
  private static final int HEIGHT = 6;
  private static final int WIDTH = 9;

  @TempDir Path root;
  private Path folder;

  @BeforeEach
  void writeFolder() throws IOException {
    folder = root.resolve("streets");
    for (String part : new String[] {"train", "trainannot", "val", "valannot"}) {
      Files.createDirectories(folder.resolve(part));
    }
    for (String name : new String[] {"train/a", "train/b", "val/c"}) {
      photo(folder.resolve(name + ".png"), WIDTH);
      mask(folder.resolve(name.replace("/", "annot/") + ".png"), WIDTH, 11);
    }
  }

  @Test
  void drawsCropsOfImageAndMaskTogether() {
    Dataset data = load(Map.of("crop", 4, "flip", true, "crops-per-epoch", 5));
    assertThat(data.task()).isEqualTo(new Task.Segmentation(3, 4, 4, 11));
    assertThat(data.trainSize()).isEqualTo(5);
    Batch batch = Reading.train(data, 5);
    long[] targets = Reading.targets(batch);
    float[] pixels = Reading.pixels(batch);
    RandomStream draws = RandomStream.at(7, Purpose.AUGMENTATION, 3);
    for (int i = 0; i < 5; i++) {
      int top = draws.nextInt(HEIGHT - 4 + 1);
      int left = draws.nextInt(WIDTH - 4 + 1);
      boolean mirror = draws.nextBoolean();
      for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 4; x++) {
          int column = left + (mirror ? 3 - x : x);
          assertThat(targets[i * 16 + y * 4 + x]).isEqualTo(label(column, top + y));
          for (int channel = 0; channel < 3; channel++) {
            assertThat(pixels[i * 48 + channel * 16 + y * 4 + x])
                .isEqualTo(normalised(channel, column, top + y), within(1e-5f));
          }
        }
      }
    }
  }

  @Test
  void validatesOnTheWholeTilesAroundTheCentre() {
    Dataset data = load(Map.of("crop", 4));
    // 9x6 holds two 4x4 tiles side by side: from row 1, columns 0 and 4.
    assertThat(data.validationSize()).isEqualTo(2);
    assertThat(data.trainSize()).isEqualTo(4);
    long[] targets = Reading.targets(Reading.validation(data));
    for (int tile = 0; tile < 2; tile++) {
      for (int i = 0; i < 16; i++) {
        assertThat(targets[tile * 16 + i]).isEqualTo(label(4 * tile + i % 4, 1 + i / 4));
      }
    }
  }

  @Test
  void readsListsWholeImagesAndScales() throws IOException {
    Files.writeString(folder.resolve("train.txt"), "train/a.png trainannot/a.png\n");
    Files.writeString(
        folder.resolve("val.txt"), "/SegNet/streets/val/c.png /SegNet/streets/valannot/c.png\n");
    Dataset data = load(Map.of("crop", 0, "scale", 3));
    assertThat(data.task()).isEqualTo(new Task.Segmentation(3, 2, 3, 11));
    assertThat(data.trainSize()).isEqualTo(1);
    assertThat(Reading.targets(Reading.validation(data)))
        .containsExactly(
            label(1, 1), label(4, 1), label(7, 1), label(1, 4), label(4, 4), label(7, 4));
  }

  @Test
  void holdsOutImagesWhereThereAreNoneForValidation() throws IOException {
    Files.delete(folder.resolve("val/c.png"));
    Files.delete(folder.resolve("val"));
    Dataset data = load(Map.of("crop", 0, "validation-fraction", 0.5));
    assertThat(data.trainSize()).isEqualTo(1);
    assertThat(data.validationSize()).isEqualTo(1);
  }

  @Test
  void refusesWhatIsMissingOrDamaged() throws IOException {
    Path image = folder.resolve("train/a.png");
    Path mask = folder.resolve("trainannot/a.png");
    byte[] whole = Files.readAllBytes(image);
    assertRefused(Map.of("classes", 9, "ignore", 10), mask.toString(), "has class", "0 to 8");
    assertRefused(Map.of("crop", 7), image.toString(), "is 9x6", "at least the crop, 7x7");
    mask(mask, WIDTH - 1, 11);
    assertRefused(Map.of(), mask.toString(), "is 8x6", "expected 9x6");
    Files.copy(image, mask, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertRefused(Map.of(), mask.toString(), "has 3 channels", "class indices");
    Files.write(mask, new byte[] {1, 2, 3});
    assertRefused(Map.of(), mask.toString(), "does not begin as a PNG file does");
    Files.delete(mask);
    assertRefused(Map.of(), mask.toString(), "no such file");
    Files.write(image, Arrays.copyOf(whole, whole.length - 20));
    assertRefused(Map.of(), image.toString(), "truncated PNG");
    byte[] damaged = whole.clone();
    damaged[whole.length / 2] ^= 1;
    Files.write(image, damaged);
    assertRefused(Map.of(), image.toString(), "damaged PNG");
    Files.writeString(folder.resolve("train.txt"), "\ntrain/a.png\n");
    assertRefused(Map.of(), "train.txt:2", "an image and its mask");
  }

  @Test
  void readsThePublishedFiles() {
    Dataset data = Reading.load(Reading.realData(), "camvid", Map.of("crop", 0));
    assertThat(data.task()).isEqualTo(new Task.Segmentation(3, 360, 480, 11));
    assertThat(data.trainSize()).isEqualTo(20);
    assertThat(data.validationSize()).isEqualTo(6);
    boolean[] seen = new boolean[11];
    long ignored = 0;
    long[] targets = Reading.targets(Reading.train(data, 20));
    for (long target : targets) {
      if (target == Task.IGNORED) {
        ignored++;
      } else {
        seen[(int) target] = true;
      }
    }
    assertThat(seen).containsOnly(true);
    assertThat(ignored).isBetween(1L, targets.length / 10L);
  }

  private Dataset load(Map<String, Object> options) {
    Map<String, Object> all = new TreeMap<>(Map.of("folder", "streets", "crop", 4));
    all.putAll(options);
    return Reading.load(root, "segmentation-folder", all);
  }

  private void assertRefused(Map<String, Object> options, String... parts) {
    assertThatThrownBy(() -> load(options))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts);
  }

  private static int value(int channel, int x, int y) {
    return (37 * x + 91 * y + 53 * channel + x * y) % 256;
  }

  private static long label(int x, int y) {
    int index = (x + 2 * y) % 12;
    return index == 11 ? Task.IGNORED : index;
  }

  private static float normalised(int channel, int column, int row) {
    double mean = 0;
    double square = 0;
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        int value = value(channel, x, y);
        mean += value / (double) (HEIGHT * WIDTH);
        square += value * value / (double) (HEIGHT * WIDTH);
      }
    }
    return (float) ((value(channel, column, row) - mean) / Math.sqrt(square - mean * mean));
  }

  private static void photo(Path file, int width) throws IOException {
    BufferedImage image = new BufferedImage(width, HEIGHT, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, value(0, x, y) << 16 | value(1, x, y) << 8 | value(2, x, y));
      }
    }
    ImageIO.write(image, "png", file.toFile());
  }

  private static void mask(Path file, int width, int ignore) throws IOException {
    BufferedImage image = new BufferedImage(width, HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < width; x++) {
        long label = label(x, y);
        image.getRaster().setSample(x, y, 0, label == Task.IGNORED ? ignore : (int) label);
      }
    }
    ImageIO.write(image, "png", file.toFile());
  }
}
