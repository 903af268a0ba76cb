package dev.secant.sweep;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import dev.secant.architecture.Architecture;
import dev.secant.architecture.Architectures;
import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.DatasetSource;
import dev.secant.data.Datasets;
import dev.secant.optimizer.Optimizer;
import dev.secant.optimizer.Optimizers;
import dev.secant.optimizer.Schedule;
import dev.secant.optimizer.Schedules;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The whole specification of one optimization path. Two trials that are equal walk the same path on
 * one kind of device with one number of threads. The share of samples held out for validation is a
 * setting of the dataset.
 *
 * @param clipNorm the gradient is scaled down to this norm where it is longer
 * @param maxLoss a minibatch loss above this counts as divergence, as one that is not finite does
 * @param initFrom where the weights start from instead of the architecture's own initial values
 */
public record Trial(
    Architecture architecture,
    DatasetSource dataset,
    int batchSize,
    Optimizer optimizer,
    Seeds seeds,
    int epochs,
    Schedule schedule,
    double weightDecay,
    OptionalDouble clipNorm,
    double maxLoss,
    Control control,
    Optional<InitialWeights> initFrom) {

  /** The same for equal trials, in every sweep and on every machine. */
  public TrialId id() {
    return TrialId.of(canonicalJson());
  }

  /**
   * The trial that differs from this one in some of its settings.
   *
   * @param differences JSON such as {@code {"seeds": {"order": 1}}}
   */
  public Trial sibling(String differences) {
    return fromJson(References.merged(canonicalJson(), differences));
  }

  /** Everything that determines the path, as JSON with sorted keys and all defaults spelled out. */
  public String canonicalJson() {
    Map<String, Object> json = new TreeMap<>();
    json.put("architecture", component(architecture.type(), architecture.settings()));
    json.put("dataset", component(dataset.type(), dataset.settings()));
    json.put("batch-size", batchSize);
    json.put("optimizer", component(optimizer.type(), optimizer.settings()));
    json.put("seeds", Map.of("init", seeds.init(), "order", seeds.order(), "noise", seeds.noise()));
    json.put("epochs", epochs);
    json.put("schedule", component(schedule.type(), schedule.settings()));
    json.put("weight-decay", weightDecay);
    json.put(
        "clip-norm", clipNorm.isPresent() ? clipNorm.getAsDouble() : CanonicalJson.Absent.NONE);
    json.put("max-loss", maxLoss);
    // Only where they are set: the ids of other trials do not change.
    if (!control.equals(Control.NONE)) {
      json.put("control", control.settings());
    }
    initFrom.ifPresent(
        file ->
            json.put("init-from", Map.of("path", file.path().toString(), "sha256", file.sha256())));
    return CanonicalJson.write(json);
  }

  /**
   * The trial that {@link #canonicalJson()} was written from.
   *
   * @throws InputException where the text is not such JSON
   */
  public static Trial fromJson(String json) {
    Settings trial;
    try {
      trial =
          Settings.of(
              ConfigFactory.parseString(
                      json, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON))
                  .root(),
              "trial");
    } catch (ConfigException e) {
      throw new InputException("not a trial in JSON: " + e.getMessage(), e);
    }
    int batchSize = trial.integer("batch-size");
    Settings seeds = trial.section("seeds");
    Trial read =
        new Trial(
            Architectures.parse(trial.section("architecture")),
            Datasets.parse(trial.section("dataset")),
            batchSize,
            Optimizers.parse(trial.section("optimizer"), batchSize),
            new Seeds(seeds.whole("init", 0), seeds.whole("order", 0), seeds.whole("noise", 0)),
            trial.integer("epochs"),
            Schedules.parse(trial.section("schedule")),
            trial.number("weight-decay"),
            trial.has("clip-norm")
                ? OptionalDouble.of(trial.positive("clip-norm"))
                : OptionalDouble.empty(),
            trial.positive("max-loss"),
            trial.has("control") ? Control.parse(trial.value("control"), "trial") : Control.NONE,
            trial.has("init-from")
                ? Optional.of(initFrom(trial.section("init-from")))
                : Optional.empty());
    seeds.refuseUnknown();
    trial.refuseUnknown();
    return read;
  }

  private static InitialWeights initFrom(Settings file) {
    InitialWeights read = new InitialWeights(Path.of(file.text("path")), file.text("sha256"));
    file.refuseUnknown();
    return read;
  }

  private static Map<String, Object> component(String type, SortedMap<String, Object> settings) {
    Map<String, Object> component = new TreeMap<>(settings);
    component.put("type", type);
    return component;
  }
}
