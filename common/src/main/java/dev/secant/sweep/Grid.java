package dev.secant.sweep;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import dev.secant.architecture.Architecture;
import dev.secant.architecture.Architectures;
import dev.secant.config.Settings;
import dev.secant.data.DatasetSource;
import dev.secant.data.Datasets;
import dev.secant.optimizer.Optimizer;
import dev.secant.optimizer.Optimizers;
import dev.secant.optimizer.Schedule;
import dev.secant.optimizer.Schedules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** One block of a sweep: the cross product of its factors under one set of training settings. */
final class Grid {
  private Grid() {}

  /** Every combination, architectures outermost, seeds innermost. */
  static List<Trial> trials(Settings grid, Settings train, String path) {
    int epochs = train.integerFrom(1, "epochs", 1);
    double weightDecay = train.numberBetween(0, Double.MAX_VALUE, "weight-decay", 0);
    Schedule schedule =
        Schedules.parse(Settings.component(train.value("schedule"), "secant.train.schedule"));
    if (schedule.settings().get("warmup-epochs") instanceof Double warmup && warmup >= epochs) {
      throw train.error(
          "schedule", "warms up for " + warmup + " epochs, but there are only " + epochs);
    }
    OptionalDouble clipNorm =
        train.has("clip-norm")
            ? OptionalDouble.of(train.positive("clip-norm"))
            : OptionalDouble.empty();
    double validation = train.numberBetween(0, Math.nextDown(1.0), "validation-fraction", 0);
    double maxLoss = train.positive("max-loss");
    Optional<InitialWeights> initFrom =
        train.has("init-from") ? Optional.of(initFrom(train)) : Optional.empty();
    train.refuseUnknown();

    List<Architecture> architectures = new ArrayList<>();
    for (ConfigValue value : factor(grid, "architecture")) {
      architectures.add(Architectures.parse(Settings.component(value, path + ".architecture")));
    }
    List<DatasetSource> datasets = new ArrayList<>();
    for (ConfigValue value : factor(grid, "dataset")) {
      datasets.add(Datasets.parse(Settings.component(value, path + ".dataset"), validation));
    }
    List<Integer> batchSizes = new ArrayList<>();
    for (ConfigValue value : factor(grid, "batch-size")) {
      batchSizes.add(alone(value, "batch-size", path).integerFrom(1, "batch-size", 1));
    }
    List<ConfigValue> optimizers = factor(grid, "optimizer");
    List<Seeds> seeds = new ArrayList<>();
    for (ConfigValue value : factor(grid, "seed")) {
      seeds.add(seeds(value, path));
    }

    List<Control> controls = new ArrayList<>();
    for (ConfigValue value : factor(grid, "control")) {
      controls.add(Control.parse(value, path));
    }

    List<Trial> trials = new ArrayList<>();
    for (Architecture architecture : architectures) {
      for (DatasetSource dataset : datasets) {
        for (int batchSize : batchSizes) {
          for (ConfigValue value : optimizers) {
            Optimizer optimizer =
                Optimizers.parse(Settings.component(value, path + ".optimizer"), batchSize);
            for (Control control : controls) {
              for (Seeds seed : seeds) {
                trials.add(
                    new Trial(
                        architecture,
                        dataset,
                        batchSize,
                        optimizer,
                        seed,
                        epochs,
                        schedule,
                        weightDecay,
                        clipNorm,
                        maxLoss,
                        control,
                        initFrom));
              }
            }
          }
        }
      }
    }
    return trials;
  }

  private static InitialWeights initFrom(Settings train) {
    Path file = Path.of(train.text("init-from"));
    if (!Files.isRegularFile(file)) {
      throw train.error("init-from", "names no file: " + file);
    }
    return InitialWeights.of(file);
  }

  /** A whole number, or {@code {init: 0, order: 1, noise: 0}} with 0 for what is not named. */
  static Seeds seeds(ConfigValue value, String path) {
    if (!(value instanceof ConfigObject object)) {
      Settings alone = alone(value, "seed", path);
      alone.text("seed");
      return Seeds.of(alone.whole("seed", 0));
    }
    Settings seeds = Settings.of(object, path + ".seed");
    Seeds read =
        new Seeds(seeds.whole("init", 0), seeds.whole("order", 0), seeds.whole("noise", 0));
    seeds.refuseUnknown();
    return read;
  }

  /** One value of a list as a key of its own, to be read and refused like any other. */
  static Settings alone(ConfigValue value, String key, String path) {
    return Settings.of(
        ConfigFactory.empty().root().withValue(key, value).withOrigin(value.origin()), path);
  }

  private static List<ConfigValue> factor(Settings grid, String key) {
    List<ConfigValue> values = grid.values(key);
    if (values.isEmpty()) {
      throw grid.error(key, "must hold at least one value");
    }
    return values;
  }
}
