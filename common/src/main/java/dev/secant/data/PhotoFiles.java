package dev.secant.data;

import dev.secant.config.InputException;
import dev.secant.data.ImageFile.Pixels;
import dev.secant.data.Resampling.Axis;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Photos of any size with a label each, decoded when they are read, several at once where
 * processors are free. Samples are made as torchvision's reference training script for ImageNet
 * makes them.
 *
 * <p>Decoded photos are kept in up to a quarter of the process's heap: where a sample is always the
 * middle, that middle alone.
 */
final class PhotoFiles implements Dataset {
  private final Task.Classification task;
  private final DecodedPhotos train;
  private final DecodedPhotos validation;
  private final boolean randomCrop;
  private final boolean flip;

  /**
   * By the means and standard deviations of ImageNet's training photos, as torchvision has them.
   */
  private final float[][] normal =
      Normalisation.table(
          new double[] {255 * 0.485, 255 * 0.456, 255 * 0.406},
          new double[] {255 * 0.229, 255 * 0.224, 255 * 0.225});

  /**
   * @param task of 3 channels, square
   */
  PhotoFiles(
      Task.Classification task,
      ClassFolders train,
      ClassFolders validation,
      boolean randomCrop,
      boolean flip) {
    this.task = task;
    AtomicLong room = new AtomicLong(Runtime.getRuntime().maxMemory() / 4);
    this.train = new DecodedPhotos(train, randomCrop ? ImageFile::photo : this::middle, room);
    this.validation = new DecodedPhotos(validation, this::middle, room);
    this.randomCrop = randomCrop;
    this.flip = flip;
  }

  @Override
  public Task task() {
    return task;
  }

  @Override
  public int trainSize() {
    return train.size();
  }

  @Override
  public int validationSize() {
    return validation.size();
  }

  @Override
  public void readTrain(int[] samples, RandomStream augmentation, Batch into) {
    into.resize(samples.length);
    FloatBuffer inputs = into.pixels();
    LongBuffer targets = into.targets();
    // How many numbers a crop takes depends on the photo: each sample has a stream of its own.
    long[] streams = new long[samples.length];
    for (int i = 0; i < streams.length; i++) {
      streams[i] = augmentation.nextLong();
    }
    each(
        samples.length,
        i -> {
          RandomStream draws = RandomStream.at(streams[i], Purpose.AUGMENTATION);
          boolean mirror = flip && draws.nextBoolean();
          Pixels photo = train.photo(samples[i]);
          write(randomCrop ? randomCrop(photo, draws) : photo.content(), mirror, i, inputs);
          targets.put(i, train.label(samples[i]));
        });
  }

  @Override
  public void readValidation(int from, int count, Batch into) {
    into.resize(count);
    FloatBuffer inputs = into.pixels();
    LongBuffer targets = into.targets();
    each(
        count,
        i -> {
          write(validation.photo(from + i).content(), false, i, inputs);
          targets.put(i, validation.label(from + i));
        });
  }

  /**
   * Makes samples side by side, each at a place of its own.
   *
   * @throws InputException the first sample's of those that have one
   */
  private static void each(int count, IntConsumer sample) {
    Optional<InputException> error =
        IntStream.range(0, count)
            .parallel()
            .mapToObj(i -> error(i, sample))
            .flatMap(Optional::stream)
            .findFirst();
    if (error.isPresent()) {
      throw error.get();
    }
  }

  private static Optional<InputException> error(int i, IntConsumer sample) {
    try {
      sample.accept(i);
      return Optional.empty();
    } catch (InputException e) {
      return Optional.of(e);
    }
  }

  private byte[] randomCrop(Pixels photo, RandomStream draws) {
    RandomCrop crop = RandomCrop.draw(photo.height(), photo.width(), draws);
    int size = task.width();
    return Resampling.resample(
        photo,
        Axis.of(crop.top(), crop.height(), size, 0, size),
        Axis.of(crop.left(), crop.width(), size, 0, size));
  }

  /** The short side becomes 256 for a sample of 224, in proportion for others; then the middle. */
  private Pixels middle(Path file) {
    Pixels photo = ImageFile.photo(file);
    int size = task.width();
    int side = (int) Math.rint(size * 256.0 / 224);
    int shorter = Math.min(photo.height(), photo.width());
    int height = (int) ((long) side * photo.height() / shorter);
    int width = (int) ((long) side * photo.width() / shorter);
    // Halves go to the even side, as Python rounds.
    int top = (int) Math.rint((height - size) / 2.0);
    int left = (int) Math.rint((width - size) / 2.0);
    byte[] pixels =
        Resampling.resample(
            photo,
            Axis.of(0, photo.height(), height, top, size),
            Axis.of(0, photo.width(), width, left, size));
    return new Pixels(photo.fileHeight(), photo.fileWidth(), size, size, pixels);
  }

  private void write(byte[] pixels, boolean mirror, int place, FloatBuffer inputs) {
    int width = task.width();
    int step = mirror ? -1 : 1;
    float[] row = new float[width];
    for (int from = 0; from < pixels.length; from += width) {
      float[] number = normal[from / (task.height() * width)];
      int first = mirror ? from + width - 1 : from;
      for (int i = 0; i < width; i++) {
        row[i] = number[pixels[first + i * step] & 0xFF];
      }
      inputs.put(place * pixels.length + from, row);
    }
  }
}
