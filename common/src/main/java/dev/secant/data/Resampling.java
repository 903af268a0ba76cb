package dev.secant.data;

import dev.secant.data.ImageFile.Pixels;

/**
 * Bilinear resizing with antialiasing, number for number as in Pillow, on which torchvision's
 * transforms rest: a triangle filter as wide as the reduction, columns first and then rows, each
 * rounded to bytes.
 */
final class Resampling {
  /** Binary digits of a weight after the point. */
  private static final int DIGITS = 22;

  private Resampling() {}

  /**
   * @return channels first, as many rows and columns as the axes have
   */
  static byte[] resample(Pixels image, Axis rows, Axis columns) {
    int channels = image.content().length / (image.height() * image.width());
    int first = rows.first[0];
    int last = rows.first[rows.size() - 1] + rows.weights[rows.size() - 1].length;
    byte[] narrowed = new byte[(last - first) * columns.size()];
    byte[] pixels = new byte[channels * rows.size() * columns.size()];
    for (int channel = 0; channel < channels; channel++) {
      for (int y = first; y < last; y++) {
        int row = (channel * image.height() + y) * image.width();
        for (int x = 0; x < columns.size(); x++) {
          narrowed[(y - first) * columns.size() + x] =
              columns.mean(x, image.content(), row + columns.first[x], 1);
        }
      }
      for (int y = 0; y < rows.size(); y++) {
        int row = (rows.first[y] - first) * columns.size();
        for (int x = 0; x < columns.size(); x++) {
          pixels[(channel * rows.size() + y) * columns.size() + x] =
              rows.mean(y, narrowed, row + x, columns.size());
        }
      }
    }
    return pixels;
  }

  /** Which pixels each new one is made of, along one direction, and their weights. */
  static final class Axis {
    private final int[] first;
    private final int[][] weights;

    private Axis(int[] first, int[][] weights) {
      this.first = first;
      this.weights = weights;
    }

    /**
     * A stretch of pixels resized, of which a part is wanted.
     *
     * @param offset where the stretch begins
     * @param length pixels of the stretch; no others are looked at
     * @param resized pixels that the stretch becomes
     * @param from the first of these that is wanted
     * @param count how many of these are wanted
     */
    static Axis of(int offset, int length, int resized, int from, int count) {
      double scale = (double) length / resized;
      double support = Math.max(1, scale);
      int[] first = new int[count];
      int[][] weights = new int[count][];
      for (int i = 0; i < count; i++) {
        double centre = (from + i + 0.5) * scale;
        int start = Math.max(0, (int) (centre - support + 0.5));
        int end = Math.min(length, (int) (centre + support + 0.5));
        double[] shares = new double[end - start];
        double sum = 0;
        for (int k = 0; k < shares.length; k++) {
          shares[k] = Math.max(0, 1 - Math.abs((start + k - centre + 0.5) * (1 / support)));
          sum += shares[k];
        }
        first[i] = offset + start;
        weights[i] = new int[shares.length];
        for (int k = 0; k < shares.length; k++) {
          weights[i][k] = (int) (0.5 + shares[k] / sum * (1 << DIGITS));
        }
      }
      return new Axis(first, weights);
    }

    private int size() {
      return first.length;
    }

    private byte mean(int index, byte[] values, int at, int step) {
      int sum = 1 << (DIGITS - 1);
      int place = at;
      for (int weight : weights[index]) {
        sum += (values[place] & 0xFF) * weight;
        place += step;
      }
      return (byte) Math.min(255, sum >> DIGITS);
    }
  }
}
