package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.config.Settings;
import dev.secant.data.Batch;
import dev.secant.data.Dataset;
import dev.secant.data.Datasets;
import dev.secant.engine.Scope;
import dev.secant.engine.TestDevice;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples that the device cuts are those that the dataset reads, to the bit. */
class DeviceImagesTest {
  private static final int IMAGES = 60;
  private static final int HEIGHT = 5;
  private static final int WIDTH = 7;

  @TempDir Path root;

  @BeforeEach
  void writeImages() throws IOException {
    Path folder = Files.createDirectories(root.resolve("mnist"));
    ByteBuffer images = ByteBuffer.allocate(16 + IMAGES * HEIGHT * WIDTH);
    images.putInt(0x803).putInt(IMAGES).putInt(HEIGHT).putInt(WIDTH);
    ByteBuffer labels = ByteBuffer.allocate(8 + IMAGES);
    labels.putInt(0x801).putInt(IMAGES);
    RandomStream random = RandomStream.at(1, Purpose.GENERATED_DATA);
    while (images.hasRemaining()) {
      images.put((byte) random.nextInt(256));
    }
    for (int i = 0; i < IMAGES; i++) {
      labels.put((byte) random.nextInt(10));
    }
    Files.write(folder.resolve("train-images-idx3-ubyte"), images.array());
    Files.write(folder.resolve("train-labels-idx1-ubyte"), labels.array());
  }

  /** Crops further out than the image is high: some rows and columns lie outside, some crops do. */
  @Test
  void cropsAndMirrorsAsTheDatasetDoes() {
    assertSameSamples(Map.of("type", "mnist", "crop", 6, "flip", true));
  }

  @Test
  void theBordersCountAsMemory() {
    Dataset data = Datasets.parse(Settings.of(Map.of("type", "mnist", "crop", 2))).load(root);

    assertThat(DeviceImages.bytes(data.stored().orElseThrow(), data.task()))
        .isEqualTo(IMAGES * (HEIGHT + 4) * (WIDTH + 4));
  }

  @Test
  void normalisesEachChannelByItself() {
    assertSameSamples(Map.of("type", "shapes", "train", 40, "validation", 12, "size", 9));
  }

  @Test
  void randomLabelsStayRandom() {
    Dataset plain =
        Datasets.parse(Settings.of(Map.of("type", "mnist", "crop", 1, "flip", true))).load(root);
    assertSameSamples(Datasets.withRandomLabels(plain, 0.5, 3));
  }

  private void assertSameSamples(Map<String, ?> settings) {
    assertSameSamples(Datasets.parse(Settings.of(settings)).load(root));
  }

  private static void assertSameSamples(Dataset data) {
    Batch pixels = new Batch(data.task(), 32);
    Batch cuts = Batch.ofCuts(data.task(), 32);
    int[] samples = IntStream.range(0, 32).map(i -> 31 - i).toArray();
    try (Scope scope = TestDevice.open();
        DeviceImages images = new DeviceImages(data.stored().orElseThrow(), data.task(), scope)) {
      for (int step = 0; step < 4; step++) {
        data.readTrain(samples, RandomStream.at(2, Purpose.AUGMENTATION, step), pixels);
        data.readTrain(samples, RandomStream.at(2, Purpose.AUGMENTATION, step), cuts);
        assertSame(images, scope, pixels, cuts);
      }
      data.readValidation(2, data.validationSize() - 2, pixels);
      data.readValidation(2, data.validationSize() - 2, cuts);
      assertSame(images, scope, pixels, cuts);
    }
  }

  private static void assertSame(DeviceImages images, Scope scope, Batch pixels, Batch cuts) {
    assertThat(images.cut(scope, cuts).toFloats())
        .isEqualTo(NetworkProgram.input(scope, pixels).toFloats());
    assertThat(NetworkProgram.target(scope, cuts).toBytes())
        .isEqualTo(NetworkProgram.target(scope, pixels).toBytes());
  }
}
