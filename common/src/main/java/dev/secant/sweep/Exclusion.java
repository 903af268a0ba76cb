package dev.secant.sweep;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import dev.secant.config.Settings;
import dev.secant.optimizer.Optimizer;
import dev.secant.optimizer.Optimizers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Trials that a sweep leaves out: those for which every named factor has one of its values. */
final class Exclusion {
  private static final String PATH = "secant.exclude";

  private Exclusion() {}

  /** Reads one entry of {@code exclude}. */
  static Predicate<Trial> of(ConfigValue entry, Settings sweep) {
    if (!(entry instanceof ConfigObject object)) {
      throw sweep.error("exclude", "must hold objects such as {architecture: mlp, seed: 1}");
    }
    Settings settings = Settings.of(object, PATH);
    List<Predicate<Trial>> all = new ArrayList<>();
    for (String key :
        List.of("architecture", "dataset", "batch-size", "optimizer", "control", "seed")) {
      if (settings.has(key)) {
        List<Predicate<Trial>> any =
            settings.values(key).stream().map(value -> factor(key, value)).toList();
        all.add(trial -> any.stream().anyMatch(one -> one.test(trial)));
      }
    }
    settings.refuseUnknown();
    if (all.isEmpty()) {
      throw settings.error("names no factor; it would exclude every trial");
    }
    return trial -> all.stream().allMatch(one -> one.test(trial));
  }

  private static Predicate<Trial> factor(String key, ConfigValue value) {
    switch (key) {
      case "batch-size" -> {
        int batchSize = Grid.alone(value, key, PATH).integer(key);
        return trial -> trial.batchSize() == batchSize;
      }
      case "seed" -> {
        Seeds seeds = Grid.seeds(value, PATH);
        return trial -> trial.seeds().equals(seeds);
      }
      case "optimizer" -> {
        return optimizer(value);
      }
      case "control" -> {
        Control control = Control.parse(value, PATH);
        return trial -> trial.control().equals(control);
      }
      case "architecture" -> {
        return trial ->
            matches(value, key, trial.architecture().type(), trial.architecture().settings());
      }
      case "dataset" -> {
        return trial -> matches(value, key, trial.dataset().type(), trial.dataset().settings());
      }
      default -> throw new IllegalArgumentException(key);
    }
  }

  /** By its table name; {@code lr} may be written scaled, so it is compared as it comes out. */
  private static Predicate<Trial> optimizer(ConfigValue value) {
    String path = PATH + ".optimizer";
    Optimizers.parse(Settings.component(value, path), 1);
    return trial -> {
      Optimizer named = Optimizers.parse(Settings.component(value, path), trial.batchSize());
      Optimizer actual = trial.optimizer();
      if (!named.type().equals(actual.type())) {
        return false;
      }
      return !(value instanceof ConfigObject object)
          || object.keySet().stream()
              .filter(key -> !key.equals("type"))
              .allMatch(key -> named.settings().get(key).equals(actual.settings().get(key)));
    };
  }

  private static boolean matches(
      ConfigValue value, String key, String type, Map<String, Object> actual) {
    Settings named = Settings.component(value, PATH + "." + key);
    if (!named.type().equals(type)) {
      return false;
    }
    if (!(value instanceof ConfigObject object)) {
      return true;
    }
    actual.keySet().forEach(named::has);
    named.refuseUnknown();
    return object.keySet().stream()
        .filter(name -> !name.equals("type"))
        .allMatch(name -> same(object.get(name), actual.get(name)));
  }

  private static boolean same(ConfigValue named, Object actual) {
    Object plain = named.unwrapped();
    // The text form is compared where numbers were written as texts, as HOCON's substitutions do.
    return plain != null
        && (CanonicalJson.write(plain).equals(CanonicalJson.write(actual))
            || String.valueOf(plain).equals(String.valueOf(actual)));
  }
}
