package dev.secant.data;

import dev.secant.config.InputException;
import dev.secant.config.Settings;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * CIFAR-10 in its binary version (Krizhevsky, "Learning multiple layers of features from tiny
 * images", 2009): records of one label byte and 3 x 1,024 bytes of red, green and blue, row by row.
 * Whatever of {@code data_batch_1.bin} to {@code data_batch_5.bin} is there makes up the training
 * data; the test batch is not read.
 */
record Cifar10(ImageOptions options) implements DatasetSource {
  static final String TYPE = "cifar10";

  private static final String FOLDER = "cifar-10-batches-bin";
  private static final int CLASSES = 10;
  private static final int PIXELS = 3 * 32 * 32;
  private static final int RECORD = 1 + PIXELS;

  static Cifar10 parse(Settings settings, double validationFraction) {
    return new Cifar10(ImageOptions.parse(settings, 4, validationFraction));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    return options.settings();
  }

  @Override
  public Dataset load(Path root) {
    Path folder =
        DataFiles.folder(root, FOLDER, "CIFAR-10, binary version: data_batch_1.bin and so on");
    List<Path> files = new ArrayList<>();
    long available = 0;
    for (int number = 1; number <= 5; number++) {
      Path file = folder.resolve("data_batch_" + number + ".bin");
      if (Files.exists(file)) {
        files.add(file);
        available += records(file);
      }
    }
    if (files.isEmpty()) {
      throw DataFiles.wrong(folder, "holds none of data_batch_1.bin to data_batch_5.bin");
    }
    checkNames(folder.resolve("batches.meta.txt"));
    int count = options.limit(available, folder);
    byte[] pixels = new byte[Math.multiplyExact(count, PIXELS)];
    byte[] labels = new byte[count];
    int sample = 0;
    for (Path file : files) {
      int last = (int) Math.min(count, sample + records(file));
      read(file, pixels, labels, sample, last);
      sample = last;
    }
    return new LabelledImages(
        new Task.Classification(3, 32, 32, CLASSES),
        pixels,
        labels,
        options.split(count, folder),
        options.crop(),
        options.flip());
  }

  private static long records(Path file) {
    long size = DataFiles.size(file);
    if (size == 0 || size % RECORD != 0) {
      throw DataFiles.wrong(
          file,
          "is "
              + size
              + " bytes long; expected whole records of "
              + RECORD
              + " bytes (truncated, or not CIFAR-10's binary version)");
    }
    return size / RECORD;
  }

  private static void read(Path file, byte[] pixels, byte[] labels, int from, int to) {
    try (InputStream stream = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      for (int sample = from; sample < to; sample++) {
        int label = stream.read();
        if (label < 0 || label >= CLASSES) {
          throw DataFiles.wrong(
              file, "record " + (sample - from) + " has label " + label + "; expected 0 to 9");
        }
        labels[sample] = (byte) label;
        if (stream.readNBytes(pixels, sample * PIXELS, PIXELS) < PIXELS) {
          throw DataFiles.wrong(file, "ended in record " + (sample - from));
        }
      }
    } catch (IOException e) {
      throw DataFiles.unreadable(file, e);
    }
  }

  /** A folder whose class names are not ten holds another dataset. */
  private static void checkNames(Path file) {
    if (!Files.exists(file)) {
      return;
    }
    String names = new String(DataFiles.read(file), StandardCharsets.UTF_8);
    long count = names.lines().filter(line -> !line.isBlank()).count();
    if (count != CLASSES) {
      throw new InputException(file + ": names " + count + " classes; expected " + CLASSES);
    }
  }
}
