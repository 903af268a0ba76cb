package dev.secant.data;

import dev.secant.config.Settings;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Generated colour images of one shape each, of ten classes: disc, ring, square, frame, triangle,
 * cross, star, crescent, bars, corner. Position, size, rotation, colours and textures of shape and
 * background are drawn for each image; bits of clutter lie around, and noise over everything.
 * Neither colour nor texture tells the class; the shape tends to be lighter than its ground.
 *
 * <p>Sample {@code i} of a part depends on the seed, the size, the noise and {@code i} alone, and
 * has class {@code i mod 10}.
 *
 * @param train training samples
 * @param validation validation samples
 * @param size height and width in pixels
 * @param noise standard deviation, with white at 1
 */
record Shapes(long seed, int train, int validation, int size, double noise)
    implements DatasetSource {
  static final String TYPE = "shapes";

  private static final int CLASSES = 10;
  private static final int KIND = 1;

  static Shapes parse(Settings settings, double unused) {
    return new Shapes(
        settings.whole("seed", 0),
        settings.integerFrom(1, "train", 2000),
        settings.integerFrom(1, "validation", 500),
        settings.integerFrom(8, "size", 32),
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
    Task.Classification task = new Task.Classification(3, size, size, CLASSES);
    int count = Math.addExact(train, validation);
    byte[] pixels = new byte[Math.multiplyExact(count, task.inputSize())];
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      int part = i < train ? 0 : 1;
      int index = i < train ? i : i - train;
      labels[i] = (byte) (index % CLASSES);
      RandomStream random = RandomStream.at(seed, Purpose.GENERATED_DATA, KIND, part, index);
      draw(labels[i], random).store(random, noise, pixels, i * task.inputSize());
    }
    return new LabelledImages(
        task, pixels, labels, ImageOptions.Split.after(train, validation), 0, false);
  }

  private Canvas draw(int shape, RandomStream random) {
    Canvas canvas = new Canvas(size);
    // The ground is mostly darker than the shape, so that a network without convolutions can learn.
    double[] ground = Canvas.near(random, 0.3, 0.32, 0.32, 0.32);
    Texture weave = Texture.draw(random, size / 8.0, size / 2.0);
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        canvas.blend(x, y, 1, ground, weave.light(x, y));
      }
    }
    int bits = 2 + random.nextInt(4);
    for (int i = 0; i < bits; i++) {
      clutter(canvas, random);
    }
    double[] colour = Canvas.near(random, 0.35, 0.7, 0.7, 0.7);
    // Few tries make a shape that cannot be told from its ground rare, not impossible.
    for (int i = 0; i < 8 && Canvas.distance(colour, ground) < 0.45; i++) {
      colour = Canvas.near(random, 0.35, 0.7, 0.7, 0.7);
    }
    Texture texture = Texture.draw(random, size / 12.0, size / 6.0);
    double radius = size * (0.26 + 0.14 * random.nextDouble());
    double room = size * 0.25;
    double centreX = size / 2.0 + room * (random.nextDouble() - 0.5);
    double centreY = size / 2.0 + room * (random.nextDouble() - 0.5);
    double angle = Math.PI * (random.nextDouble() - 0.5) / 3;
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        double dx = (x + 0.5 - centreX) / radius;
        double dy = (y + 0.5 - centreY) / radius;
        double outside = outside(shape, cos * dx + sin * dy, cos * dy - sin * dx);
        double cover = Math.min(1, Math.max(0, 0.5 - outside * radius));
        canvas.blend(x, y, cover, colour, texture.light(x - centreX, y - centreY));
      }
    }
    return canvas;
  }

  /** A short stroke of some colour. */
  private void clutter(Canvas canvas, RandomStream random) {
    double[] colour = Canvas.colour(random);
    double angle = Math.PI * random.nextDouble();
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    double length = size * (0.03 + 0.1 * random.nextDouble());
    double breadth = size * (0.02 + 0.02 * random.nextDouble());
    double centreX = size * random.nextDouble();
    double centreY = size * random.nextDouble();
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        double dx = x + 0.5 - centreX;
        double dy = y + 0.5 - centreY;
        double outside = box(cos * dx + sin * dy, cos * dy - sin * dx, length, breadth);
        canvas.blend(x, y, Math.min(1, Math.max(0, 0.5 - outside)), colour, 1);
      }
    }
  }

  /** The distance from a shape's edge in the unit disc: negative inside. */
  private static double outside(int shape, double x, double y) {
    double r = StrictMath.sqrt(x * x + y * y);
    return switch (shape) {
      case 0 -> r - 0.9;
      case 1 -> Math.abs(r - 0.72) - 0.24;
      case 2 -> box(x, y, 0.78, 0.78);
      case 3 -> Math.max(box(x, y, 0.82, 0.82), -box(x, y, 0.4, 0.4));
      case 4 -> Math.max(y - 0.6, Math.abs(x) * 0.866 - y * 0.5 - 0.5);
      case 5 -> Math.min(box(x, y, 0.95, 0.27), box(x, y, 0.27, 0.95));
      case 6 -> star(x, y, r);
      case 7 -> Math.max(r - 0.95, 0.75 - StrictMath.hypot(x - 0.45, y));
      case 8 ->
          Math.min(
              box(x, y, 0.85, 0.18),
              Math.min(box(x, y - 0.62, 0.85, 0.18), box(x, y + 0.62, 0.85, 0.18)));
      default -> Math.min(box(x + 0.5, y, 0.27, 0.85), box(x, y - 0.58, 0.77, 0.27));
    };
  }

  private static double box(double x, double y, double halfWidth, double halfHeight) {
    return Math.max(Math.abs(x) - halfWidth, Math.abs(y) - halfHeight);
  }

  /** Five points: the radius runs linearly in the angle from point to notch. */
  private static double star(double x, double y, double r) {
    double turn = StrictMath.atan2(x, -y) / (2 * Math.PI) * 5;
    double fold = 2 * Math.abs(turn - Math.rint(turn));
    return (r - (1.05 - 0.65 * fold)) * 0.6;
  }
}
