package dev.secant.optimizer;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import dev.secant.config.InputException;
import dev.secant.config.NoIncludes;
import dev.secant.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Learning rates read from a file: points of relative time, straight lines between them. Only their
 * shape is a schedule: the factor is the file's rate over its largest, so that an optimizer whose
 * own rate is that peak trains with the rates as they stand in the file.
 *
 * <p>The file is HOCON: {@code points = [ [time, rate], ... ]} with times that rise within [0, 1]
 * and rates that are not negative, {@code peak}, the largest of the rates, which may be left out,
 * and {@code source}, any object, for people.
 *
 * @param path absolute
 * @param sha256 of the file's content, in hex
 * @param points by rising time
 */
public record FileSchedule(Path path, String sha256, List<Point> points) implements Schedule {
  /**
   * @param time of the whole run, in [0, 1]
   * @param rate at least 0
   */
  public record Point(double time, double rate) {}

  public FileSchedule {
    points = List.copyOf(points);
  }

  /**
   * The file as it is now.
   *
   * @throws InputException where it cannot be read or is no schedule; the message says file and
   *     line
   */
  public static FileSchedule read(Path path) {
    byte[] content;
    try {
      content = Files.readAllBytes(path);
    } catch (IOException e) {
      throw new InputException(path + ": no schedule can be read from it: " + e, e);
    }
    return new FileSchedule(
        path.toAbsolutePath().normalize(), sha256(content), points(path, content));
  }

  /** With {@code path}, and {@code sha256} where the content is to be that of a planned trial. */
  static FileSchedule parse(Settings settings) {
    Path path = Path.of(settings.text("path"));
    if (!Files.isRegularFile(path)) {
      throw settings.error("path", "names no file: " + path);
    }
    FileSchedule schedule = read(path);
    String planned = settings.text("sha256", schedule.sha256());
    if (!planned.equals(schedule.sha256())) {
      throw new InputException(
          path
              + ": has SHA-256 "
              + schedule.sha256()
              + ", but the trial was planned with "
              + planned);
    }
    return schedule;
  }

  @Override
  public String type() {
    return "file";
  }

  /** Where it lies and what it holds: a file that changes makes another trial. */
  @Override
  public SortedMap<String, Object> settings() {
    return new TreeMap<>(Map.of("path", path.toString(), "sha256", sha256));
  }

  /** The largest of the rates. */
  public double peak() {
    return points.stream().mapToDouble(Point::rate).max().orElseThrow();
  }

  /**
   * The rate at (step + 1/2) / steps, the middle of the step's share of the run, over the peak;
   * before the first and after the last point, theirs.
   */
  @Override
  public double factor(long step, long stepsPerEpoch, long steps) {
    return rate((step + 0.5) / steps) / peak();
  }

  private double rate(double time) {
    int next = 0;
    while (next < points.size() && points.get(next).time() < time) {
      next++;
    }
    if (next == 0 || next == points.size()) {
      return points.get(Math.min(next, points.size() - 1)).rate();
    }
    Point from = points.get(next - 1);
    Point to = points.get(next);
    double share = (time - from.time()) / (to.time() - from.time());
    return from.rate() + share * (to.rate() - from.rate());
  }

  private static List<Point> points(Path path, byte[] content) {
    Settings file;
    try {
      file =
          Settings.of(
              ConfigFactory.parseString(
                      new String(content, StandardCharsets.UTF_8),
                      ConfigParseOptions.defaults()
                          .setSyntax(ConfigSyntax.CONF)
                          .setOriginDescription(path.toString())
                          .setIncluder(NoIncludes.HERE))
                  .resolve()
                  .root(),
              "");
    } catch (ConfigException | InputException e) {
      throw new InputException(path + ": no schedule can be read from it: " + e.getMessage(), e);
    }
    file.section("source");
    List<Point> points = new ArrayList<>();
    for (ConfigValue value : file.values("points")) {
      Point point = point(file, value);
      if (!points.isEmpty() && point.time() <= points.get(points.size() - 1).time()) {
        throw file.error(
            "points",
            "must have times that rise, but "
                + points.get(points.size() - 1).time()
                + " is followed by "
                + point.time());
      }
      points.add(point);
    }
    double peak = points.stream().mapToDouble(Point::rate).max().orElse(0);
    if (peak <= 0) {
      throw file.error("points", "must hold a learning rate above 0");
    }
    if (file.number("peak", peak) != peak) {
      throw file.error(
          "peak", "must be the largest learning rate of the points, " + peak + ", or be left out");
    }
    file.refuseUnknown();
    return points;
  }

  private static Point point(Settings file, ConfigValue value) {
    if (value instanceof ConfigList pair
        && pair.size() == 2
        && pair.get(0).unwrapped() instanceof Number time
        && pair.get(1).unwrapped() instanceof Number rate
        && time.doubleValue() >= 0
        && time.doubleValue() <= 1
        && rate.doubleValue() >= 0
        && Double.isFinite(rate.doubleValue())) {
      return new Point(time.doubleValue(), rate.doubleValue());
    }
    throw file.error(
        "points",
        "must hold pairs [time between 0 and 1, learning rate from 0], but holds "
            + value.render());
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
