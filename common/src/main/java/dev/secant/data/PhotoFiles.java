package dev.secant.data;

import dev.secant.data.ImageFile.Pixels;
import dev.secant.data.Resampling.Axis;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * Photos of any size with a label each, too many to be held: every read decodes them anew. Samples
 * are made as torchvision's reference training script for ImageNet makes them.
 */
final class PhotoFiles implements Dataset {
  private final Task.Classification task;
  private final ClassFolders train;
  private final ClassFolders validation;
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
    this.train = train;
    this.validation = validation;
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
    for (int i = 0; i < samples.length; i++) {
      // How many numbers a crop takes depends on the photo: each sample has a stream of its own.
      RandomStream draws = RandomStream.at(augmentation.nextLong(), Purpose.AUGMENTATION);
      boolean mirror = flip && draws.nextBoolean();
      Pixels photo = ImageFile.photo(train.path(samples[i]));
      byte[] pixels = randomCrop ? randomCrop(photo, draws) : centre(photo);
      write(pixels, mirror, i, inputs);
      targets.put(i, train.label(samples[i]));
    }
  }

  @Override
  public void readValidation(int from, int count, Batch into) {
    into.resize(count);
    FloatBuffer inputs = into.pixels();
    LongBuffer targets = into.targets();
    for (int i = 0; i < count; i++) {
      write(centre(ImageFile.photo(validation.path(from + i))), false, i, inputs);
      targets.put(i, validation.label(from + i));
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
  private byte[] centre(Pixels photo) {
    int size = task.width();
    int side = (int) Math.rint(size * 256.0 / 224);
    int shorter = Math.min(photo.height(), photo.width());
    int height = (int) ((long) side * photo.height() / shorter);
    int width = (int) ((long) side * photo.width() / shorter);
    // Halves go to the even side, as Python rounds.
    int top = (int) Math.rint((height - size) / 2.0);
    int left = (int) Math.rint((width - size) / 2.0);
    return Resampling.resample(
        photo,
        Axis.of(0, photo.height(), height, top, size),
        Axis.of(0, photo.width(), width, left, size));
  }

  private void write(byte[] pixels, boolean mirror, int place, FloatBuffer inputs) {
    int width = task.width();
    int plane = task.height() * width;
    float[] sample = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      int column = i % width;
      int from = mirror ? i - column + width - 1 - column : i;
      sample[i] = normal[i / plane][pixels[from] & 0xFF];
    }
    inputs.put(place * sample.length, sample);
  }
}
