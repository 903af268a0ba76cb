package dev.secant.data;

import dev.secant.random.RandomStream;

/**
 * A part of an image of random size and shape, as torchvision's RandomResizedCrop takes it (after
 * Szegedy et al., "Going deeper with convolutions", CVPR 2015): 8 % to 100 % of the area, sides 3:4
 * to 4:3. Where ten tries do not fit into the image, the largest part in its middle of such a
 * shape.
 *
 * @param top the first row
 * @param left the first column
 */
record RandomCrop(int top, int left, int height, int width) {
  private static final int TRIES = 10;
  private static final double LEAST_AREA = 0.08;
  private static final double LEAST_RATIO = 3.0 / 4;
  private static final double MOST_RATIO = 4.0 / 3;

  static RandomCrop draw(int imageHeight, int imageWidth, RandomStream draws) {
    double area = (double) imageHeight * imageWidth;
    double least = StrictMath.log(LEAST_RATIO);
    double most = StrictMath.log(MOST_RATIO);
    for (int i = 0; i < TRIES; i++) {
      double target = area * (LEAST_AREA + (1 - LEAST_AREA) * draws.nextDouble());
      double ratio = StrictMath.exp(least + (most - least) * draws.nextDouble());
      int width = (int) Math.rint(Math.sqrt(target * ratio));
      int height = (int) Math.rint(Math.sqrt(target / ratio));
      if (width > 0 && width <= imageWidth && height > 0 && height <= imageHeight) {
        int top = draws.nextInt(imageHeight - height + 1);
        int left = draws.nextInt(imageWidth - width + 1);
        return new RandomCrop(top, left, height, width);
      }
    }
    double ratio = (double) imageWidth / imageHeight;
    int height = imageHeight;
    int width = imageWidth;
    if (ratio < LEAST_RATIO) {
      height = (int) Math.rint(imageWidth / LEAST_RATIO);
    } else if (ratio > MOST_RATIO) {
      width = (int) Math.rint(imageHeight * MOST_RATIO);
    }
    return new RandomCrop((imageHeight - height) / 2, (imageWidth - width) / 2, height, width);
  }
}
