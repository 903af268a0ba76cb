package dev.secant.data;

import dev.secant.random.RandomStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;

/** Images with a class a pixel, read as crops of one size. */
final class LabelledPixels implements Dataset {
  /** Stands for {@link Task#IGNORED} in a mask's bytes. */
  static final int IGNORED_BYTE = 255;

  private final Task.Segmentation task;
  private final List<LabelledImage> train;
  private final List<LabelledImage> validation;
  private final int[] tiles;
  private final int trainSize;
  private final Flips flips;
  private final float[][] normal;

  /**
   * @param task the size of a crop; no image is smaller
   * @param trainSize samples an epoch; sample {@code i} is a random crop of image {@code i} modulo
   *     the number of images
   * @param flips how training samples are mirrored
   * @param normal the number for each channel and byte
   */
  LabelledPixels(
      Task.Segmentation task,
      List<LabelledImage> train,
      List<LabelledImage> validation,
      int trainSize,
      Flips flips,
      float[][] normal) {
    this.task = task;
    this.train = List.copyOf(train);
    this.validation = List.copyOf(validation);
    this.trainSize = trainSize;
    this.flips = flips;
    this.normal = normal;
    this.tiles = new int[validation.size() + 1];
    for (int i = 0; i < validation.size(); i++) {
      tiles[i + 1] = tiles[i] + tiles(validation.get(i));
    }
  }

  /** Per-channel normalisation over some images. */
  static float[][] normalisation(int channels, List<LabelledImage> images) {
    Normalisation normalisation = new Normalisation(channels);
    for (LabelledImage image : images) {
      normalisation.count(image.pixels(), 0, image.height() * image.width());
    }
    return normalisation.table();
  }

  @Override
  public Task task() {
    return task;
  }

  @Override
  public int trainSize() {
    return trainSize;
  }

  @Override
  public int validationSize() {
    return tiles[validation.size()];
  }

  @Override
  public void readTrain(int[] samples, RandomStream augmentation, Batch into) {
    into.resize(samples.length);
    FloatBuffer inputs = into.pixels();
    LongBuffer targets = into.targets();
    float[] sample = new float[task.inputSize()];
    long[] target = new long[task.targetSize()];
    for (int i = 0; i < samples.length; i++) {
      if (samples[i] >= trainSize) {
        throw new IndexOutOfBoundsException(samples[i]);
      }
      LabelledImage image = train.get(samples[i] % train.size());
      int top = augmentation.nextInt(image.height() - task.height() + 1);
      int left = augmentation.nextInt(image.width() - task.width() + 1);
      boolean mirror = flips != Flips.NONE && augmentation.nextBoolean();
      boolean overturn = flips == Flips.BOTH && augmentation.nextBoolean();
      write(image, top, left, mirror, overturn, sample, target);
      inputs.put(i * sample.length, sample);
      targets.put(i * target.length, target);
    }
  }

  /** Validation samples are the whole tiles of each image, row by row, around its centre. */
  @Override
  public void readValidation(int from, int count, Batch into) {
    into.resize(count);
    FloatBuffer inputs = into.pixels();
    LongBuffer targets = into.targets();
    float[] sample = new float[task.inputSize()];
    long[] target = new long[task.targetSize()];
    int index = 0;
    for (int i = 0; i < count; i++) {
      while (from + i >= tiles[index + 1]) {
        index++;
      }
      LabelledImage image = validation.get(index);
      int tile = from + i - tiles[index];
      int columns = image.width() / task.width();
      int top = image.height() % task.height() / 2 + tile / columns * task.height();
      int left = image.width() % task.width() / 2 + tile % columns * task.width();
      write(image, top, left, false, false, sample, target);
      inputs.put(i * sample.length, sample);
      targets.put(i * target.length, target);
    }
  }

  private int tiles(LabelledImage image) {
    return (image.height() / task.height()) * (image.width() / task.width());
  }

  private void write(
      LabelledImage image,
      int top,
      int left,
      boolean mirror,
      boolean overturn,
      float[] sample,
      long[] target) {
    int height = task.height();
    int width = task.width();
    byte[] pixels = image.pixels();
    byte[] mask = image.mask();
    // Column i of the crop is column first + i * step of the image.
    int step = mirror ? -1 : 1;
    int first = mirror ? left + width - 1 : left;
    for (int j = 0; j < height; j++) {
      int row = top + (overturn ? height - 1 - j : j);
      int start = row * image.width() + first;
      int to = j * width;
      for (int channel = 0; channel < normal.length; channel++) {
        float[] number = normal[channel];
        int from = channel * image.height() * image.width() + start;
        int at = channel * height * width + to;
        for (int i = 0; i < width; i++) {
          sample[at + i] = number[pixels[from + i * step] & 0xFF];
        }
      }
      for (int i = 0; i < width; i++) {
        int label = mask[start + i * step] & 0xFF;
        target[to + i] = label == IGNORED_BYTE ? Task.IGNORED : label;
      }
    }
  }

  /** How training samples are mirrored at random: left and right, and top and bottom too. */
  enum Flips {
    NONE,
    HORIZONTAL,
    BOTH
  }

  /**
   * One image and its mask.
   *
   * @param pixels {@code [channels, height, width]}
   * @param mask {@code [height, width]}, class indices or {@link #IGNORED_BYTE}
   */
  record LabelledImage(int height, int width, byte[] pixels, byte[] mask) {}
}
