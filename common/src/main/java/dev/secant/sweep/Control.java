package dev.secant.sweep;

import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import dev.secant.config.Settings;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is taken away from a training run to see what is left of its geometry.
 *
 * @param randomLabels the share of training targets that are drawn at random
 * @param gradientNoise whether each gradient is replaced by noise of the same norm
 * @param labelSmoothing the share of a target that is spread evenly over all classes
 */
public record Control(double randomLabels, boolean gradientNoise, double labelSmoothing) {
  /** Nothing is taken away. */
  public static final Control NONE = new Control(0, false, 0);

  /** {@code none}, or an object of {@code random-labels, gradient-noise, label-smoothing}. */
  static Control parse(ConfigValue value, String path) {
    if (value.valueType() == ConfigValueType.STRING && value.unwrapped().equals("none")) {
      return NONE;
    }
    if (value.valueType() != ConfigValueType.OBJECT) {
      throw Grid.alone(value, "control", path)
          .error("control", "must be none or an object such as {random-labels: 1}");
    }
    Settings settings = Settings.of((com.typesafe.config.ConfigObject) value, path + ".control");
    Control control =
        new Control(
            settings.numberBetween(0, 1, "random-labels", 0),
            settings.flag("gradient-noise", false),
            settings.numberBetween(0, Math.nextDown(1.0), "label-smoothing", 0));
    settings.refuseUnknown();
    return control;
  }

  SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("random-labels", randomLabels);
    settings.put("gradient-noise", gradientNoise);
    settings.put("label-smoothing", labelSmoothing);
    return settings;
  }
}
