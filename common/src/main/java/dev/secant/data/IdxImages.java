package dev.secant.data;

import dev.secant.config.Settings;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;

/**
 * MNIST and its likes: IDX files (big-endian header: magic, one size a dimension; then bytes),
 * gzip'd or not. The format is described at the end of LeCun, Cortes and Burges' MNIST page. Only
 * the {@code train} pair is read.
 */
record IdxImages(String type, ImageOptions options) implements DatasetSource {
  static final String MNIST = "mnist";
  static final String FASHION_MNIST = "fashion-mnist";

  private static final String IMAGES = "train-images-idx3-ubyte";
  private static final String LABELS = "train-labels-idx1-ubyte";
  private static final int CLASSES = 10;

  static IdxImages parse(Settings settings, double validationFraction) {
    return new IdxImages(settings.type(), ImageOptions.parse(settings, 0, validationFraction));
  }

  @Override
  public SortedMap<String, Object> settings() {
    return options.settings();
  }

  @Override
  public Dataset load(Path root) {
    Path folder = DataFiles.folder(root, type, IMAGES + " and " + LABELS + ", gzip'd or not");
    Idx images = Idx.read(folder, IMAGES, 3);
    Idx labels = Idx.read(folder, LABELS, 1);
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
    int count = options.limit(images.sizes()[0], folder);
    Task.Classification task =
        new Task.Classification(1, images.sizes()[1], images.sizes()[2], CLASSES);
    byte[] label = Arrays.copyOf(labels.content(), count);
    for (int i = 0; i < count; i++) {
      if (label[i] < 0 || label[i] >= CLASSES) {
        throw DataFiles.wrong(
            labels.file(), "label " + i + " is " + (label[i] & 0xFF) + "; expected 0 to 9");
      }
    }
    return new LabelledImages(
        task,
        Arrays.copyOf(images.content(), count * task.inputSize()),
        label,
        options.split(count, folder),
        options.crop(),
        options.flip());
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
