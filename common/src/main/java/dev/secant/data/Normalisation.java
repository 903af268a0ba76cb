package dev.secant.data;

/**
 * What a pixel's byte becomes: {@code (value - mean) / deviation} of its channel, over the training
 * samples unless they are given, looked up rather than computed.
 */
final class Normalisation {
  private final long[][] counts;

  Normalisation(int channels) {
    this.counts = new long[channels][256];
  }

  /** Counts one image's pixels, channels first, from {@code offset} on. */
  void count(byte[] pixels, int offset, int plane) {
    for (int channel = 0; channel < counts.length; channel++) {
      long[] count = counts[channel];
      int start = offset + channel * plane;
      for (int i = start; i < start + plane; i++) {
        count[pixels[i] & 0xFF]++;
      }
    }
  }

  /** The number for each channel and byte. A channel that never varies is only centred. */
  float[][] table() {
    double[] means = new double[counts.length];
    double[] deviations = new double[counts.length];
    for (int channel = 0; channel < counts.length; channel++) {
      long total = 0;
      long sum = 0;
      long squares = 0;
      for (int value = 0; value < 256; value++) {
        long count = counts[channel][value];
        total += count;
        sum += count * value;
        squares += count * value * value;
      }
      double mean = (double) sum / total;
      double deviation = Math.sqrt(Math.max(0, (double) squares / total - mean * mean));
      means[channel] = mean;
      deviations[channel] = deviation > 1e-6 ? deviation : 1;
    }
    return table(means, deviations);
  }

  /**
   * The number for each channel and byte.
   *
   * @param means of each channel, where white is 255
   * @param deviations of each channel, where white is 255
   */
  static float[][] table(double[] means, double[] deviations) {
    float[][] table = new float[means.length][256];
    for (int channel = 0; channel < means.length; channel++) {
      for (int value = 0; value < 256; value++) {
        table[channel][value] = (float) ((value - means[channel]) / deviations[channel]);
      }
    }
    return table;
  }
}
