package dev.secant.data;

import dev.secant.config.Settings;
import dev.secant.data.LabelledPixels.LabelledImage;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Generated landscapes with a class for each pixel: 0 sky, 1 ground, 2 water, 3 house, 4 tree, 5
 * ball. Things overlap in a random order; their colours vary so far that those of classes overlap,
 * and textures and noise lie over them, so that form and place must be learned too.
 *
 * <p>Sample {@code i} of a part depends on the seed, the size, the noise and {@code i} alone.
 *
 * @param train training samples
 * @param validation validation samples
 * @param size height and width in pixels
 * @param noise standard deviation, with white at 1
 */
record Scenes(long seed, int train, int validation, int size, double noise)
    implements DatasetSource {
  static final String TYPE = "scenes";

  private static final int CLASSES = 6;
  private static final int KIND = 2;

  static Scenes parse(Settings settings, double unused) {
    return new Scenes(
        settings.whole("seed", 0),
        settings.integerFrom(1, "train", 1000),
        settings.integerFrom(1, "validation", 200),
        settings.integerFrom(16, "size", 32),
        settings.numberBetween(0, 1, "noise", 0.08));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("seed", seed);
    settings.put("train", train);
    settings.put("validation", validation);
    settings.put("size", size);
    settings.put("noise", noise);
    return settings;
  }

  @Override
  public Dataset load(Path root) {
    List<LabelledImage> images = part(0, train);
    return new LabelledPixels(
        new Task.Segmentation(3, size, size, CLASSES),
        images,
        part(1, validation),
        train,
        LabelledPixels.Flips.NONE,
        LabelledPixels.normalisation(3, images));
  }

  private List<LabelledImage> part(int part, int count) {
    List<LabelledImage> images = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      RandomStream random = RandomStream.at(seed, Purpose.GENERATED_DATA, KIND, part, i);
      byte[] pixels = new byte[3 * size * size];
      byte[] mask = new byte[size * size];
      draw(random, mask).store(random, noise, pixels, 0);
      images.add(new LabelledImage(size, size, pixels, mask));
    }
    return images;
  }

  private Canvas draw(RandomStream random, byte[] mask) {
    Canvas canvas = new Canvas(size);
    double height = size * (0.3 + 0.3 * random.nextDouble());
    double slope = 0.4 * (random.nextDouble() - 0.5);
    double wave = size * 0.06 * random.nextDouble();
    double phase = 2 * Math.PI * random.nextDouble();
    Form horizon =
        (x, y) ->
            y
                - height
                - slope * (x - size / 2.0)
                - wave * StrictMath.sin(phase + 4 * Math.PI * x / size);
    paint(canvas, mask, random, 0, (x, y) -> true, Canvas.near(random, 0.25, 0.55, 0.65, 0.8));
    paint(
        canvas,
        mask,
        random,
        1,
        (x, y) -> horizon.at(x, y) > 0,
        Canvas.near(random, 0.25, 0.45, 0.5, 0.3));
    if (random.nextDouble() < 0.7) {
      double shore = size * (0.12 + 0.15 * random.nextDouble());
      double bed = size * random.nextDouble();
      double reach = size * (0.25 + 0.35 * random.nextDouble());
      paint(
          canvas,
          mask,
          random,
          2,
          (x, y) -> horizon.at(x, y) > shore && Math.abs(x - bed) < reach + horizon.at(x, y) / 3,
          Canvas.near(random, 0.25, 0.4, 0.55, 0.65));
    }
    int[] things = {3, 4, 5, 3 + random.nextInt(3)};
    int[] order = random.permutation(things.length);
    for (int next : order) {
      thing(canvas, mask, random, things[next], horizon);
    }
    return canvas;
  }

  private void thing(Canvas canvas, byte[] mask, RandomStream random, int thing, Form horizon) {
    double x0 = size * random.nextDouble();
    double base =
        Math.min(size, Math.max(0, -horizon.at(x0, 0)) + size * 0.25 * random.nextDouble());
    double scale = size * (0.1 + 0.1 * random.nextDouble());
    double tall = 1 + random.nextDouble();
    switch (thing) {
      case 3 ->
          paint(
              canvas,
              mask,
              random,
              thing,
              (x, y) ->
                  (Math.abs(x - x0) < scale && y < base && y > base - scale * tall)
                      || (y <= base - scale * tall
                          && Math.abs(x - x0) < 1.2 * (y - base + scale * (tall + 1))),
              Canvas.near(random, 0.3, 0.6, 0.5, 0.45));
      case 4 ->
          paint(
              canvas,
              mask,
              random,
              thing,
              (x, y) ->
                  (Math.abs(x - x0) < scale / 4 && y < base && y > base - scale * tall)
                      || inside(x - x0, (y - base + scale * (tall + 0.5)) / 1.2, scale),
              Canvas.near(random, 0.25, 0.35, 0.5, 0.3));
      default ->
          paint(
              canvas,
              mask,
              random,
              thing,
              (x, y) -> inside(x - x0, y - base + scale / 2 * tall, scale * 0.8),
              Canvas.colour(random));
    }
  }

  private void paint(
      Canvas canvas, byte[] mask, RandomStream random, int label, Region region, double[] colour) {
    Texture texture = Texture.draw(random, size / 16.0, size / 5.0);
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        if (region.holds(x + 0.5, y + 0.5)) {
          canvas.blend(x, y, 1, colour, texture.light(x, y));
          mask[y * size + x] = (byte) label;
        }
      }
    }
  }

  private static boolean inside(double x, double y, double radius) {
    return x * x + y * y < radius * radius;
  }

  private interface Form {
    double at(double x, double y);
  }

  private interface Region {
    boolean holds(double x, double y);
  }
}
