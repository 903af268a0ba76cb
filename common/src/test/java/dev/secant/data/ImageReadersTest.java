package dev.secant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.config.InputException;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageReadersTest {
  @TempDir Path root;
  private Path cifar;
  private byte[] records;

  @BeforeEach
  void writeCifar() throws IOException {
    cifar = Files.createDirectories(root.resolve("cifar-10-batches-bin"));
    records = new byte[10 * 3073];
    new Random(1).nextBytes(records);
    for (int i = 0; i < 10; i++) {
      records[i * 3073] = (byte) (9 - i);
    }
    Files.write(cifar.resolve("data_batch_1.bin"), Arrays.copyOf(records, 6 * 3073));
    Files.write(
        cifar.resolve("data_batch_3.bin"), Arrays.copyOfRange(records, 6 * 3073, 10 * 3073));
  }

  @Test
  void readsAndNormalisesCifar10() {
    Dataset data = Reading.load(root, "cifar10", Map.of("crop", 0, "validation-fraction", 0));
    assertThat(data.task()).isEqualTo(new Task.Classification(3, 32, 32, 10));
    assertThat(data.trainSize()).isEqualTo(10);
    assertThat(data.validationSize()).isZero();
    Batch batch = Reading.train(data, 10);
    assertThat(Reading.targets(batch)).containsExactly(9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    assertNear(Reading.pixels(batch), normalised(0, 0, false, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  }

  @Test
  void cropsAndFlipsAsAStraightforwardComputationDoes() {
    Dataset data =
        Reading.load(root, "cifar10", Map.of("crop", 3, "flip", true, "validation-fraction", 0));
    float[] found = Reading.pixels(Reading.train(data, 10));
    RandomStream draws = RandomStream.at(7, Purpose.AUGMENTATION, 3);
    for (int i = 0; i < 10; i++) {
      int top = draws.nextInt(7) - 3;
      int left = draws.nextInt(7) - 3;
      boolean mirror = draws.nextBoolean();
      assertNear(
          Arrays.copyOfRange(found, i * 3072, (i + 1) * 3072), normalised(top, left, mirror, i));
    }
  }

  @Test
  void holdsOutTheSameSamplesAlwaysAndNeverAugmentsThem() {
    Map<String, Object> options = Map.of("flip", true, "validation-fraction", 0.3);
    Dataset data = Reading.load(root, "cifar10", options);
    assertThat(data.trainSize()).isEqualTo(7);
    long[] held = Reading.targets(Reading.validation(data));
    long[] kept = Reading.targets(Reading.train(data, 7));
    assertThat(held).hasSize(3).doesNotContain(kept).doesNotHaveDuplicates();
    Dataset again = Reading.load(root, "cifar10", options);
    assertThat(Reading.pixels(Reading.validation(again)))
        .isEqualTo(Reading.pixels(Reading.validation(data)));
    assertThat(Reading.pixels(Reading.train(again, 7)))
        .isEqualTo(Reading.pixels(Reading.train(data, 7)));
  }

  @Test
  void usesTheFirstSamplesOnly() {
    Dataset data = Reading.load(root, "cifar10", Map.of("samples", 7, "validation-fraction", 0));
    assertThat(Reading.targets(Reading.train(data, 7))).containsExactly(9, 8, 7, 6, 5, 4, 3);
    assertRefused(() -> Reading.load(root, "cifar10", Map.of("samples", 11)), "holds 10 samples");
  }

  @Test
  void refusesDamagedCifar10() throws IOException {
    Path file = cifar.resolve("data_batch_1.bin");
    byte[] wrong = Files.readAllBytes(file);
    wrong[2 * 3073] = 10;
    Files.write(file, wrong);
    assertRefused(
        () -> Reading.load(root, "cifar10", Map.of()),
        "data_batch_1.bin",
        "record 2 has label 10",
        "0 to 9");
    Files.write(file, Arrays.copyOf(records, 5000));
    assertRefused(
        () -> Reading.load(root, "cifar10", Map.of()), "data_batch_1.bin", "5000", "3073");
    Files.delete(file);
    Files.delete(cifar.resolve("data_batch_3.bin"));
    assertRefused(() -> Reading.load(root, "cifar10", Map.of()), "data_batch_1.bin");
    Files.delete(cifar);
    assertRefused(() -> Reading.load(root, "cifar10", Map.of()), "no such folder", "data.root");
  }

  @Test
  void readsFineAndCoarseLabelsOfCifar100() throws IOException {
    byte[] fine = {99, 0, 57, 3};
    byte[] coarse = {19, 4, 0, 11};
    Path file = writeCifar100(fine, coarse);
    Map<String, Object> all = Map.of("crop", 0, "validation-fraction", 0);
    Dataset data = Reading.load(root, "cifar100", all);
    assertThat(data.task()).isEqualTo(new Task.Classification(3, 32, 32, 100));
    Batch batch = Reading.train(data, 4);
    assertThat(Reading.targets(batch)).containsExactly(99, 0, 57, 3);
    Map<String, Object> options = Map.of("crop", 0, "validation-fraction", 0, "labels", "coarse");
    Dataset groups = Reading.load(root, "cifar100", options);
    assertThat(groups.task()).isEqualTo(new Task.Classification(3, 32, 32, 20));
    assertThat(Reading.targets(Reading.train(groups, 4))).containsExactly(19, 4, 0, 11);
    // The same photos as CIFAR-10's first four with another label read as the same numbers.
    Dataset ten =
        Reading.load(root, "cifar10", Map.of("crop", 0, "validation-fraction", 0, "samples", 4));
    assertThat(Reading.pixels(batch)).isEqualTo(Reading.pixels(Reading.train(ten, 4)));

    writeCifar100(fine, new byte[] {1, 2, 20, 3});
    assertRefused(
        () -> Reading.load(root, "cifar100", options), "record 2 has label 20", "0 to 19");
    writeCifar100(new byte[] {-1, 2, 20, 3}, coarse);
    assertRefused(() -> Reading.load(root, "cifar100", all), "record 0 has label 255", "0 to 99");
    Files.write(file, new byte[3073]);
    assertRefused(() -> Reading.load(root, "cifar100", all), "train.bin", "3073", "3074");
    Files.writeString(file.resolveSibling("fine_label_names.txt"), "apple\nbear\n");
    assertRefused(() -> Reading.load(root, "cifar100", all), "names 2 classes; expected 100");
    Files.delete(file.resolveSibling("fine_label_names.txt"));
    Files.delete(file);
    assertRefused(() -> Reading.load(root, "cifar100", all), "holds none of train.bin");
  }

  @Test
  void validatesOnTheTestFilesWhereAsked() throws IOException {
    Map<String, Object> test = Map.of("crop", 0, "validation", "test");
    assertRefused(() -> Reading.load(root, "cifar10", test), "test_batch.bin", "no such file");
    Files.write(cifar.resolve("test_batch.bin"), Arrays.copyOfRange(records, 2 * 3073, 5 * 3073));
    Dataset photos = Reading.load(root, "cifar10", test);
    assertThat(photos.trainSize()).isEqualTo(10);
    Batch held = Reading.validation(photos);
    assertThat(Reading.targets(held)).containsExactly(7, 6, 5);
    assertNear(Reading.pixels(held), normalised(0, 0, false, 2, 3, 4));

    writeIdx("mnist", "", idx(new byte[24], 0x803, 4, 2, 3), idx(new byte[4], 0x801, 4));
    Path folder = root.resolve("mnist");
    write(folder.resolve("t10k-images-idx3-ubyte"), idx(new byte[12], 0x803, 2, 2, 3));
    write(folder.resolve("t10k-labels-idx1-ubyte"), idx(new byte[] {8, 5}, 0x801, 2));
    Dataset digits = Reading.load(root, "mnist", Map.of("samples", 3, "validation", "test"));
    assertThat(digits.trainSize()).isEqualTo(3);
    assertThat(Reading.targets(Reading.validation(digits))).containsExactly(8, 5);
    write(folder.resolve("t10k-images-idx3-ubyte"), idx(new byte[12], 0x803, 2, 3, 2));
    assertRefused(() -> Reading.load(root, "mnist", test), "t10k-images", "of 2x3", "expected 3x2");
  }

  @Test
  void readsIdxPackedOrNot() throws IOException {
    byte[] pixels = new byte[5 * 6];
    new Random(2).nextBytes(pixels);
    byte[] labels = {3, 1, 4, 1, 5};
    writeIdx("mnist", "", idx(pixels, 0x803, 5, 2, 3), idx(labels, 0x801, 5));
    writeIdx("fashion-mnist", ".gz", idx(pixels, 0x803, 5, 2, 3), idx(labels, 0x801, 5));
    Map<String, Object> all = Map.of("validation-fraction", 0);
    Dataset plain = Reading.load(root, "mnist", all);
    Dataset packed = Reading.load(root, "fashion-mnist", all);
    assertThat(plain.task()).isEqualTo(new Task.Classification(1, 2, 3, 10));
    assertThat(Reading.targets(Reading.train(plain, 5))).containsExactly(3, 1, 4, 1, 5);
    double mean = 0;
    double square = 0;
    for (byte pixel : pixels) {
      mean += (pixel & 0xFF) / 30.0;
      square += (pixel & 0xFF) * (pixel & 0xFF) / 30.0;
    }
    float[] found = Reading.pixels(Reading.train(plain, 5));
    for (int i = 0; i < 30; i++) {
      assertThat((double) found[i])
          .isEqualTo(((pixels[i] & 0xFF) - mean) / Math.sqrt(square - mean * mean), within(1e-5));
    }
    assertThat(Reading.pixels(Reading.train(packed, 5))).containsExactly(found);
  }

  @Test
  void refusesDamagedIdx() throws IOException {
    byte[] labels = idx(new byte[2], 0x801, 2);
    byte[] images = idx(new byte[8], 0x803, 2, 2, 2);
    writeIdx("mnist", "", idx(new byte[8], 0x802, 2, 2, 2), labels);
    assertRefused(() -> Reading.load(root, "mnist", Map.of()), "idx3", "00000802", "00000803");
    writeIdx("mnist", "", Arrays.copyOf(images, 23), labels);
    assertRefused(() -> Reading.load(root, "mnist", Map.of()), "holds 23 bytes", "24");
    writeIdx("mnist", "", idx(new byte[8], 0x803, -2, 2, 2), labels);
    assertRefused(() -> Reading.load(root, "mnist", Map.of()), "says -2 for dimension 0");
    writeIdx("mnist", "", images, idx(new byte[3], 0x801, 3));
    assertRefused(() -> Reading.load(root, "mnist", Map.of()), "holds 3 labels", "expected 2");
    writeIdx("mnist", "", images, idx(new byte[] {0, 77}, 0x801, 2));
    assertRefused(() -> Reading.load(root, "mnist", Map.of()), "label 1 is 77");
    writeIdx("fashion-mnist", ".gz", images, labels);
    Path packed = root.resolve("fashion-mnist/train-images-idx3-ubyte.gz");
    Files.write(packed, Arrays.copyOf(Files.readAllBytes(packed), 15));
    assertRefused(() -> Reading.load(root, "fashion-mnist", Map.of()), "not a whole gzip file");
  }

  @Test
  void readsThePublishedFiles() {
    Path real = Reading.realData();
    Dataset photos = Reading.load(real, "cifar10", Map.of());
    assertThat(photos.trainSize()).isEqualTo(8_000);
    assertThat(photos.validationSize()).isEqualTo(2_000);
    Dataset clothes = Reading.load(real, "fashion-mnist", Map.of("validation-fraction", 0));
    assertThat(clothes.task()).isEqualTo(new Task.Classification(1, 28, 28, 10));
    int[] counts = new int[10];
    for (long label : Reading.targets(Reading.train(clothes, 60_000))) {
      counts[(int) label]++;
    }
    assertThat(counts).containsOnly(6_000);
    assertThat(Reading.targets(Reading.train(clothes, 5))).containsExactly(9, 0, 0, 3, 0);
    Dataset tested = Reading.load(real, "cifar10", Map.of("validation", "test"));
    assertThat(tested.trainSize()).isEqualTo(10_000);
    assertThat(tested.validationSize()).isEqualTo(10_000);
    assertThat(Reading.load(real, "fashion-mnist", Map.of("validation", "test")).validationSize())
        .isEqualTo(10_000);
  }

  /** Pixels of some records as whole numbers minus mean by deviation, computed over all ten. */
  private double[] normalised(int top, int left, boolean mirror, int... samples) {
    double[] result = new double[samples.length * 3072];
    for (int channel = 0; channel < 3; channel++) {
      double mean = 0;
      double square = 0;
      for (int i = 0; i < 10; i++) {
        for (int p = 0; p < 1024; p++) {
          int value = records[i * 3073 + 1 + channel * 1024 + p] & 0xFF;
          mean += value / 10240.0;
          square += value * value / 10240.0;
        }
      }
      double deviation = Math.sqrt(square - mean * mean);
      for (int s = 0; s < samples.length; s++) {
        double[][] crop = new double[32][32];
        for (int y = 0; y < 32; y++) {
          for (int x = 0; x < 32; x++) {
            boolean in = y + top >= 0 && y + top < 32 && x + left >= 0 && x + left < 32;
            int at = samples[s] * 3073 + 1 + channel * 1024 + (y + top) * 32 + x + left;
            crop[y][x] = ((in ? records[at] & 0xFF : 0) - mean) / deviation;
          }
        }
        for (int y = 0; y < 32; y++) {
          for (int x = 0; x < 32; x++) {
            result[s * 3072 + channel * 1024 + y * 32 + x] = crop[y][mirror ? 31 - x : x];
          }
        }
      }
    }
    return result;
  }

  private static void assertNear(float[] found, double[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double worst = 0;
    for (int i = 0; i < found.length; i++) {
      worst = Math.max(worst, Math.abs(found[i] - expected[i]));
    }
    assertThat(worst).isLessThan(1e-5);
  }

  /** The first photos of the CIFAR-10 records with two labels each. */
  private Path writeCifar100(byte[] fine, byte[] coarse) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(fine.length * 3074);
    for (int i = 0; i < fine.length; i++) {
      buffer.put(coarse[i]).put(fine[i]).put(records, i * 3073 + 1, 3072);
    }
    Path folder = Files.createDirectories(root.resolve("cifar-100-binary"));
    return Files.write(folder.resolve("train.bin"), buffer.array());
  }

  private void writeIdx(String folder, String ending, byte[] images, byte[] labels)
      throws IOException {
    Path to = Files.createDirectories(root.resolve(folder));
    write(to.resolve("train-images-idx3-ubyte" + ending), images);
    write(to.resolve("train-labels-idx1-ubyte" + ending), labels);
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    OutputStream plain = Files.newOutputStream(file);
    try (OutputStream out = file.toString().endsWith(".gz") ? new GZIPOutputStream(plain) : plain) {
      out.write(bytes);
    }
  }

  private static byte[] idx(byte[] content, int magic, int... sizes) {
    ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * sizes.length + content.length);
    buffer.putInt(magic);
    for (int size : sizes) {
      buffer.putInt(size);
    }
    return buffer.put(content).array();
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
    assertThatThrownBy(call).isInstanceOf(InputException.class).hasMessageContainingAll(parts);
  }
}
