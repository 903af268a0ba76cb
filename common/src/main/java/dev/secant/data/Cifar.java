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
import java.util.Optional;
import java.util.SortedMap;

/**
 * CIFAR-10 and CIFAR-100 in their binary versions (Krizhevsky, "Learning multiple layers of
 * features from tiny images", 2009): records of one label byte (CIFAR-100: two) and 3 x 1,024 bytes
 * of red, green and blue, row by row. Of CIFAR-10, whatever of {@code data_batch_1.bin} to {@code
 * data_batch_5.bin} is there makes up the training data. The test file is read where it is asked
 * for with {@code validation = test}.
 */
record Cifar(Version version, ImageOptions options) implements DatasetSource {
  static final String CIFAR10 = "cifar10";
  static final String CIFAR100 = "cifar100";

  private static final int PIXELS = 3 * 32 * 32;

  static Cifar parse(Settings settings, double validationFraction) {
    ImageOptions options = ImageOptions.parse(settings, 4, validationFraction);
    if (settings.type().equals(CIFAR10)) {
      return new Cifar(Version.CIFAR10, options);
    }
    return switch (settings.text("labels", "fine")) {
      case "fine" -> new Cifar(Version.CIFAR100_FINE, options);
      case "coarse" -> new Cifar(Version.CIFAR100_COARSE, options);
      default -> throw settings.error("labels", "must be fine or coarse");
    };
  }

  @Override
  public String type() {
    return version == Version.CIFAR10 ? CIFAR10 : CIFAR100;
  }

  @Override
  public SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = options.settings();
    switch (version) {
      case CIFAR10 -> {}
      case CIFAR100_FINE -> settings.put("labels", "fine");
      case CIFAR100_COARSE -> settings.put("labels", "coarse");
    }
    return settings;
  }

  @Override
  public Optional<String> place() {
    return Optional.of(version.folder);
  }

  @Override
  public Dataset load(Path root) {
    Path folder =
        DataFiles.folder(root, version.folder, "the binary version's files, as published");
    checkNames(folder.resolve(version.names));
    List<Part> train = new ArrayList<>();
    long available = 0;
    for (String name : version.trainFiles) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        long records = records(file);
        train.add(new Part(file, records));
        available += records;
      }
    }
    if (train.isEmpty()) {
      throw DataFiles.wrong(folder, "holds none of " + String.join(", ", version.trainFiles));
    }
    int count = options.limit(available, folder);
    List<Part> test = new ArrayList<>();
    int testCount = 0;
    if (options.test()) {
      Path file = folder.resolve(version.testFile);
      testCount = Math.toIntExact(records(file));
      test.add(new Part(file, testCount));
    }
    byte[] pixels = new byte[Math.multiplyExact(count + testCount, PIXELS)];
    byte[] labels = new byte[count + testCount];
    read(train, pixels, labels, 0, count);
    read(test, pixels, labels, count, count + testCount);
    return new LabelledImages(
        new Task.Classification(3, 32, 32, version.classes),
        pixels,
        labels,
        options.test() ? ImageOptions.Split.after(count, testCount) : options.split(count, folder),
        options.crop(),
        options.flip());
  }

  private long records(Path file) {
    long size = DataFiles.size(file);
    int record = version.labelBytes + PIXELS;
    if (size == 0 || size % record != 0) {
      throw DataFiles.wrong(
          file,
          "is "
              + size
              + " bytes long; expected whole records of "
              + record
              + " bytes (truncated, or not the binary version)");
    }
    return size / record;
  }

  private void read(List<Part> parts, byte[] pixels, byte[] labels, int from, int to) {
    int sample = from;
    for (Part part : parts) {
      int last = (int) Math.min(to, sample + part.records());
      read(part.file(), pixels, labels, sample, last);
      sample = last;
    }
  }

  private void read(Path file, byte[] pixels, byte[] labels, int from, int to) {
    byte[] label = new byte[version.labelBytes];
    try (InputStream stream = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      for (int sample = from; sample < to; sample++) {
        if (stream.readNBytes(label, 0, label.length) < label.length
            || stream.readNBytes(pixels, sample * PIXELS, PIXELS) < PIXELS) {
          throw DataFiles.wrong(file, "ended in record " + (sample - from));
        }
        int found = label[version.labelAt] & 0xFF;
        if (found >= version.classes) {
          throw DataFiles.wrong(
              file,
              String.format(
                  "record %d has label %d; expected 0 to %d",
                  sample - from, found, version.classes - 1));
        }
        labels[sample] = (byte) found;
      }
    } catch (IOException e) {
      throw DataFiles.unreadable(file, e);
    }
  }

  /** A folder with another number of class names holds another dataset. */
  private void checkNames(Path file) {
    if (!Files.exists(file)) {
      return;
    }
    String names = new String(DataFiles.read(file), StandardCharsets.UTF_8);
    long count = names.lines().filter(line -> !line.isBlank()).count();
    if (count != version.classes) {
      throw new InputException(file + ": names " + count + " classes; expected " + version.classes);
    }
  }

  private record Part(Path file, long records) {}

  /** Where the files are and which of their label bytes counts. */
  enum Version {
    CIFAR10(
        "cifar-10-batches-bin",
        List.of(
            "data_batch_1.bin",
            "data_batch_2.bin",
            "data_batch_3.bin",
            "data_batch_4.bin",
            "data_batch_5.bin"),
        "test_batch.bin",
        "batches.meta.txt",
        1,
        0,
        10),
    CIFAR100_FINE("fine_label_names.txt", 1, 100),
    CIFAR100_COARSE("coarse_label_names.txt", 0, 20);

    private final String folder;
    private final List<String> trainFiles;
    private final String testFile;
    private final String names;
    private final int labelBytes;
    private final int labelAt;
    private final int classes;

    Version(String names, int labelAt, int classes) {
      this("cifar-100-binary", List.of("train.bin"), "test.bin", names, 2, labelAt, classes);
    }

    Version(
        String folder,
        List<String> trainFiles,
        String testFile,
        String names,
        int labelBytes,
        int labelAt,
        int classes) {
      this.folder = folder;
      this.trainFiles = trainFiles;
      this.testFile = testFile;
      this.names = names;
      this.labelBytes = labelBytes;
      this.labelAt = labelAt;
      this.classes = classes;
    }
  }
}
