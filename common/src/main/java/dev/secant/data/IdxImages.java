package dev.secant.data;

import dev.secant.config.Settings;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;

/**
 * MNIST and its likes: IDX files (big-endian header: magic, one size a dimension; then bytes),
 * gzip'd or not. The format is described at the end of LeCun, Cortes and Burges' MNIST page. Only
 * the {@code train} pair is read, and {@code t10k} where it is asked for with {@code validation =
 * test}.
 */
record IdxImages(String type, ImageOptions options) implements DatasetSource {
  static final String MNIST = "mnist";
  static final String FASHION_MNIST = "fashion-mnist";

  private static final String IMAGES = "-images-idx3-ubyte";
  private static final String LABELS = "-labels-idx1-ubyte";
  private static final int CLASSES = 10;

  static IdxImages parse(Settings settings, double validationFraction) {
    return new IdxImages(settings.type(), ImageOptions.parse(settings, 0, validationFraction));
  }

  @Override
  public SortedMap<String, Object> settings() {
    return options.settings();
  }

  @Override
  public Optional<String> place() {
    return Optional.of(type);
  }

  @Override
  public Dataset load(Path root) {
    Path folder =
        DataFiles.folder(root, type, "train" + IMAGES + " and train" + LABELS + ", gzip'd or not");
    Pair train = Pair.read(folder, "train");
    int count = options.limit(train.labels().length, folder);
    int height = train.images().sizes()[1];
    int width = train.images().sizes()[2];
    Task.Classification task = new Task.Classification(1, height, width, CLASSES);
    byte[] pixels = Arrays.copyOf(train.images().content(), count * task.inputSize());
    byte[] labels = Arrays.copyOf(train.labels(), count);
    ImageOptions.Split split;
    if (options.test()) {
      Pair test = Pair.read(folder, "t10k");
      if (test.images().sizes()[1] != height || test.images().sizes()[2] != width) {
        throw DataFiles.wrong(
            test.images().file(),
            String.format(
                "holds images of %dx%d (width x height); expected %dx%d as in %s",
                test.images().sizes()[2],
                test.images().sizes()[1],
                width,
                height,
                train.images().file()));
      }
      pixels = joined(pixels, test.images().content());
      labels = joined(labels, test.labels());
      split = ImageOptions.Split.after(count, test.labels().length);
    } else {
      split = options.split(count, folder);
    }
    return new LabelledImages(task, pixels, labels, split, options.crop(), options.flip());
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, Math.addExact(first.length, second.length));
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /**
   * The images and labels of one part.
   *
   * @param labels one an image, all of them below {@link #CLASSES}
   */
  private record Pair(Idx images, byte[] labels) {

    static Pair read(Path folder, String part) {
      Idx images = Idx.read(folder, part + IMAGES, 3);
      Idx labels = Idx.read(folder, part + LABELS, 1);
      if (labels.sizes()[0] != images.sizes()[0]) {
        throw DataFiles.wrong(
            labels.file(),
            "holds "
                + labels.sizes()[0]
                + " labels; expected "
                + images.sizes()[0]
                + ", one for each image of "
                + images.file());
      }
      byte[] label = labels.content();
      for (int i = 0; i < label.length; i++) {
        if (label[i] < 0 || label[i] >= CLASSES) {
          throw DataFiles.wrong(
              labels.file(), "label " + i + " is " + (label[i] & 0xFF) + "; expected 0 to 9");
        }
      }
      return new Pair(images, label);
    }
  }

  /** One IDX file of unsigned bytes. */
  private record Idx(Path file, int[] sizes, byte[] content) {

    static Idx read(Path folder, String name, int dimensions) {
      Path plain = folder.resolve(name);
      Path packed = folder.resolve(name + ".gz");
      if (!Files.exists(plain) && !Files.exists(packed)) {
        throw DataFiles.wrong(folder, "holds neither " + name + " nor " + name + ".gz");
      }
      Path file = Files.exists(plain) ? plain : packed;
      byte[] bytes = DataFiles.read(file);
      int header = 4 + 4 * dimensions;
      int magic = 0x0800 | dimensions;
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      if (bytes.length < header) {
        throw DataFiles.wrong(
            file, "is " + bytes.length + " bytes long; expected an IDX header of " + header);
      }
      int found = buffer.getInt();
      if (found != magic) {
        throw DataFiles.wrong(
            file, String.format("begins with %08x; expected %08x (IDX)", found, magic));
      }
      int[] sizes = new int[dimensions];
      double expected = header;
      double product = 1;
      for (int i = 0; i < dimensions; i++) {
        sizes[i] = buffer.getInt();
        product *= sizes[i];
        if (sizes[i] < 1) {
          throw DataFiles.wrong(
              file, "says " + sizes[i] + " for dimension " + i + "; expected 1 or more");
        }
      }
      expected += product;
      if (bytes.length != expected) {
        throw DataFiles.wrong(
            file,
            String.format(
                "holds %d bytes (unpacked); expected %.0f for dimensions %s",
                bytes.length, expected, Arrays.toString(sizes)));
      }
      return new Idx(file, sizes, Arrays.copyOfRange(bytes, header, bytes.length));
    }
  }
}
