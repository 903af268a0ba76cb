package dev.secant.training;

/**
 * Sums over predictions, which losses and scores are made of.
 *
 * @param loss the sum of losses over the counted targets
 * @param count targets that count
 * @param correct targets that were predicted; 0 for language
 * @param intersection targets of each class that were predicted as it; empty but for segmentation
 * @param union targets that are of the class or predicted as it
 */
record Tally(double loss, double count, double correct, double[] intersection, double[] union) {
  static Tally of(double[] sums) {
    int classes = (sums.length - 3) / 2;
    double[] intersection = new double[classes];
    double[] union = new double[classes];
    System.arraycopy(sums, 3, intersection, 0, classes);
    System.arraycopy(sums, 3 + classes, union, 0, classes);
    return new Tally(sums[0], sums[2], sums[1], intersection, union);
  }

  double meanLoss() {
    return loss / count;
  }

  double accuracy() {
    return correct / count;
  }

  /** The mean over the classes that occur of intersection / union; NaN where there are none. */
  double meanIntersectionOverUnion() {
    double sum = 0;
    int present = 0;
    for (int i = 0; i < union.length; i++) {
      if (union[i] > 0) {
        sum += intersection[i] / union[i];
        present++;
      }
    }
    return present == 0 ? Double.NaN : sum / present;
  }
}
