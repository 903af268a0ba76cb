package dev.secant.data;

import dev.secant.random.RandomStream;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Images of one size with a label each, as bytes, channels first. */
final class LabelledImages implements Dataset {
  private final Task.Classification task;
  private final byte[] pixels;
  private final byte[] labels;
  private final ImageOptions.Split split;
  private final int crop;
  private final boolean flip;
  private final float[][] normal;

  /**
   * @param pixels image after image, {@code [n, channels, height, width]}; kept, not copied
   * @param labels one a sample; kept, not copied
   * @param crop width of the black border that training crops are drawn from
   */
  LabelledImages(
      Task.Classification task,
      byte[] pixels,
      byte[] labels,
      ImageOptions.Split split,
      int crop,
      boolean flip) {
    this.task = task;
    this.pixels = pixels;
    this.labels = labels;
    this.split = split;
    this.crop = crop;
    this.flip = flip;
    Normalisation normalisation = new Normalisation(task.channels());
    for (int sample : split.train()) {
      normalisation.count(pixels, sample * task.inputSize(), task.height() * task.width());
    }
    this.normal = normalisation.table();
  }

  @Override
  public Task task() {
    return task;
  }

  @Override
  public int trainSize() {
    return split.train().length;
  }

  @Override
  public int validationSize() {
    return split.validation().length;
  }

  @Override
  public void readTrain(int[] samples, RandomStream augmentation, Batch into) {
    into.resize(samples.length);
    LongBuffer targets = into.targets();
    Writer writer = writer(into);
    for (int i = 0; i < samples.length; i++) {
      int top = crop == 0 ? 0 : augmentation.nextInt(2 * crop + 1) - crop;
      int left = crop == 0 ? 0 : augmentation.nextInt(2 * crop + 1) - crop;
      boolean mirror = flip && augmentation.nextBoolean();
      int image = split.train()[samples[i]];
      writer.write(i, image, top, left, mirror);
      targets.put(i, labels[image]);
    }
  }

  @Override
  public void readValidation(int from, int count, Batch into) {
    into.resize(count);
    LongBuffer targets = into.targets();
    Writer writer = writer(into);
    for (int i = 0; i < count; i++) {
      int image = split.validation()[from + i];
      writer.write(i, image, 0, 0, false);
      targets.put(i, labels[image]);
    }
  }

  @Override
  public Optional<StoredImages> stored() {
    FloatBuffer numbers = FloatBuffer.allocate(normal.length * normal[0].length);
    for (float[] channel : normal) {
      numbers.put(channel);
    }
    return Optional.of(new StoredImages(ByteBuffer.wrap(pixels), numbers.flip(), crop));
  }

  /** Writes one sample's inputs. */
  private interface Writer {
    void write(int place, int image, int top, int left, boolean mirror);
  }

  private Writer writer(Batch into) {
    if (into.holdsCuts()) {
      LongBuffer cuts = into.cuts();
      return (place, image, top, left, mirror) ->
          cuts.put(place * Batch.CUT, new long[] {image, top, left, mirror ? 1 : 0});
    }
    FloatBuffer inputs = into.pixels();
    float[] sample = new float[task.inputSize()];
    return (place, image, top, left, mirror) -> {
      cut(image, top, left, mirror, sample);
      inputs.put(place * sample.length, sample);
    };
  }

  private void cut(int image, int top, int left, boolean mirror, float[] sample) {
    int height = task.height();
    int width = task.width();
    // Column i of the crop is column first + i * step of the image; from..to of them lie inside.
    int step = mirror ? -1 : 1;
    int first = mirror ? left + width - 1 : left;
    int shift = mirror ? left : -left;
    int from = Math.min(width, Math.max(0, shift));
    int to = Math.max(0, Math.min(width, width + shift));
    int at = 0;
    for (int channel = 0; channel < task.channels(); channel++) {
      float[] number = normal[channel];
      int plane = (image * task.channels() + channel) * height * width;
      for (int row = top; row < top + height; row++) {
        if (row < 0 || row >= height) {
          Arrays.fill(sample, at, at + width, number[0]);
        } else {
          Arrays.fill(sample, at, at + from, number[0]);
          int pixel = plane + row * width + first + from * step;
          for (int i = from; i < to; i++) {
            sample[at + i] = number[pixels[pixel] & 0xFF];
            pixel += step;
          }
          Arrays.fill(sample, at + to, at + width, number[0]);
        }
        at += width;
      }
    }
  }
}
