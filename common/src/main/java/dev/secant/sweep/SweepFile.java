package dev.secant.sweep;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigParseable;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import dev.secant.config.InputException;
import dev.secant.config.NoIncludes;
import dev.secant.config.Settings;
import dev.secant.data.DataRoot;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Reads a sweep from HOCON over the defaults of {@code reference.conf}. */
public final class SweepFile {
  private static final String ROOT = "secant";
  private static final String DEFAULTS = "reference.conf";

  /** The output's folder has this name where no other is given. */
  private static final Pattern NAME = Pattern.compile("(?!\\.\\.?$)(?=.*\\S)[^/\\\\\\p{Cntrl}]+");

  private SweepFile() {}

  /**
   * @param overrides {@code key=value} each, stronger than the file; {@code secant.} may be left
   *     out
   * @param output stronger than the file's {@code output}
   * @throws InputException for a file that is missing or no HOCON, an unknown key, a value of a
   *     wrong type or out of range; the message says file and line
   */
  public static Sweep read(Path conf, List<String> overrides, Optional<String> output) {
    if (!Files.isRegularFile(conf)) {
      throw new InputException(conf + ": no such configuration file");
    }
    Config resolved;
    try {
      Config config = parse(conf);
      for (String override : overrides) {
        config = override(override).withFallback(config);
      }
      Settings top = Settings.of(config.root(), "");
      top.section(ROOT);
      top.refuseUnknown();
      resolved = config.withFallback(defaults()).resolve();
    } catch (ConfigException e) {
      throw unreadable(conf, e);
    } catch (StackOverflowError e) {
      throw new InputException(conf + ": is nested too deeply", e);
    }
    Settings sweep = Settings.of((ConfigObject) resolved.root().get(ROOT), ROOT);
    return sweep(sweep, output);
  }

  private static Sweep sweep(Settings sweep, Optional<String> output) {
    String name = sweep.text("name");
    String target = output.orElse(sweep.text("output"));
    if (target.isBlank()) {
      throw sweep.error("output", "must not be empty");
    }
    if (!NAME.matcher(name).matches()) {
      throw sweep.error(
          "name",
          "must be a name that a folder can have, without slashes and not . or .., but is " + name);
    }
    Measure measure = measure(sweep.section("measure"));
    EngineSettings engine = engine(sweep.section("engine"));
    RunSettings run = run(sweep.section("run"));
    Settings data = sweep.section("data");
    DataRoot dataRoot = new DataRoot(data.text("root"), data.text("cache"));
    if (dataRoot.address().isBlank() || dataRoot.cache().isBlank()) {
      throw data.error(dataRoot.address().isBlank() ? "root" : "cache", "must not be empty");
    }
    data.refuseUnknown();

    List<Predicate<Trial>> excluded =
        sweep.values("exclude").stream().map(entry -> Exclusion.of(entry, sweep)).toList();
    Map<TrialId, Trial> trials = new LinkedHashMap<>();
    for (Trial trial : joined(sweep)) {
      if (excluded.stream().noneMatch(exclusion -> exclusion.test(trial))) {
        trials.putIfAbsent(trial.id(), trial);
      }
    }
    sweep.refuseUnknown();
    if (trials.isEmpty()) {
      throw sweep.error("exclude", "leaves no trial of the grid");
    }
    return new Sweep(name, target, List.copyOf(trials.values()), measure, dataRoot, engine, run);
  }

  /** The trials of {@code grid}, or of every block of {@code grids}, each completed by it. */
  private static List<Trial> joined(Settings sweep) {
    Settings grid = sweep.section("grid");
    Settings train = sweep.section("train");
    ConfigObject gridObject = (ConfigObject) sweep.value("grid");
    ConfigObject trainObject = (ConfigObject) sweep.value("train");
    List<ConfigValue> blocks = sweep.values("grids");
    if (blocks.isEmpty()) {
      List<Trial> trials = Grid.trials(grid, train, "secant.grid");
      grid.refuseUnknown();
      return trials;
    }
    List<ConfigObject> objects = new ArrayList<>();
    for (ConfigValue value : blocks) {
      if (!(value instanceof ConfigObject block)) {
        throw sweep.error(
            "grids", "must hold objects, each like grid, but holds " + value.render());
      }
      objects.add(block);
    }
    refuseUnused(grid, gridObject, objects);
    List<Trial> trials = new ArrayList<>();
    for (ConfigObject block : objects) {
      Settings own = Settings.of(block.withFallback(gridObject), "secant.grids");
      Settings ownTrain = train;
      if (own.has("train")) {
        own.section("train");
        ownTrain =
            Settings.of(
                (ConfigObject) block.get("train").withFallback(trainObject), "secant.grids.train");
      }
      trials.addAll(Grid.trials(own, ownTrain, "secant.grids"));
      own.refuseUnknown();
    }
    return trials;
  }

  /** What is said in {@code grid} where every block says it again would change nothing. */
  private static void refuseUnused(
      Settings grid, ConfigObject gridObject, List<ConfigObject> blocks) {
    gridObject.forEach(
        (key, value) -> {
          boolean ofDefaults = DEFAULTS.equals(value.origin().resource());
          if (!ofDefaults && blocks.stream().allMatch(block -> replaces(block.get(key)))) {
            throw grid.error(key, "changes nothing, since every block of grids has its own");
          }
        });
  }

  private static boolean replaces(ConfigValue own) {
    return own != null && !(own instanceof ConfigObject);
  }

  private static Measure measure(Settings measure) {
    String mode = measure.text("mode");
    List<String> modes = Arrays.stream(Measure.Mode.values()).map(Measure.Mode::text).toList();
    if (!modes.contains(mode)) {
      throw measure.error("mode", "must be auto, replay or trajectory, but is " + mode);
    }
    List<Reference> references = References.parse(measure);
    int segments =
        measure.text("segments").equals("auto") ? 0 : measure.integerFrom(1, "segments", 1);
    Measure read =
        new Measure(
            references,
            probes(measure),
            lags(measure),
            every(measure, "full-batch", 1),
            every(measure, "layers", 50),
            Measure.Mode.values()[modes.indexOf(mode)],
            measure.text("trajectory-memory").equals("auto")
                ? 0
                : measure.bytes("trajectory-memory"),
            segments,
            measure.flag("keep-checkpoints", false));
    measure.refuseUnknown();
    return read;
  }

  private static Measure.Probes probes(Settings measure) {
    if (!isObject(measure, "probes") && !measure.flag("probes", true)) {
      return Measure.Probes.NONE;
    }
    Settings probes = options(measure, "probes");
    Measure.Probes read =
        new Measure.Probes(
            probes.integerFrom(1, "batches", 10), probes.integerFrom(1, "every", 100));
    probes.refuseUnknown();
    return read;
  }

  private static Measure.Lags lags(Settings measure) {
    if (!isObject(measure, "lags") && !measure.flag("lags", true)) {
      return Measure.Lags.NONE;
    }
    Settings options = options(measure, "lags");
    List<Integer> lags = options.integers("lags", List.of(1, 2, 5, 10, 20, 50));
    if (lags.isEmpty() || lags.stream().anyMatch(lag -> lag < 1)) {
      throw options.error("lags", "must hold positive numbers of steps, but is " + lags);
    }
    int largest = Collections.max(lags);
    int every = options.integerFrom(1, "every", largest + 1);
    if (every <= largest) {
      throw options.error(
          "every",
          "must be more than the largest lag, "
              + largest
              + ", since one gradient is kept at a time, but is "
              + every);
    }
    Measure.Lags read = new Measure.Lags(lags.stream().distinct().sorted().toList(), every);
    options.refuseUnknown();
    return read;
  }

  /** {@code on}, {@code off} or {@code {every: n}}; 0 for off. */
  private static int every(Settings measure, String key, int otherwise) {
    if (!isObject(measure, key)) {
      return measure.flag(key, true) ? otherwise : 0;
    }
    Settings options = measure.section(key);
    int every = options.integerFrom(1, "every", otherwise);
    options.refuseUnknown();
    return every;
  }

  private static boolean isObject(Settings measure, String key) {
    return measure.has(key) && measure.value(key) instanceof ConfigObject;
  }

  /** The object under a key that may also hold on or off. */
  private static Settings options(Settings measure, String key) {
    return isObject(measure, key)
        ? measure.section(key)
        : Settings.of(ConfigFactory.empty().root(), ROOT + ".measure." + key);
  }

  private static EngineSettings engine(Settings engine) {
    EngineSettings.Device device =
        switch (engine.text("device")) {
          case "auto" -> EngineSettings.Device.AUTO;
          case "cpu" -> EngineSettings.Device.CPU;
          case "gpu" -> EngineSettings.Device.GPU;
          default -> throw engine.unknownName("device", List.of("auto", "cpu", "gpu"));
        };
    EngineSettings read =
        new EngineSettings(
            device,
            engine.integerFrom(1, "threads", 1),
            engine.flag("deterministic", true),
            engine.integerFrom(0, "gpu-from", 0),
            engine.text("image-memory").equals("none") ? 0 : engine.bytes("image-memory"));
    engine.refuseUnknown();
    return read;
  }

  private static RunSettings run(Settings run) {
    RunSettings read =
        new RunSettings(run.durationOrNone("time-limit"), run.durationOrNone("executor-timeout"));
    run.refuseUnknown();
    return read;
  }

  private static Config defaults() {
    return ConfigFactory.parseResources(SweepFile.class.getClassLoader(), DEFAULTS);
  }

  private static Config parse(Path conf) {
    return ConfigFactory.parseFile(
        conf.toFile(),
        ConfigParseOptions.defaults().setAllowMissing(false).setIncluder(new Required(conf)));
  }

  private static Config override(String override) {
    int equals = override.indexOf('=');
    if (equals < 1) {
      throw new InputException("--set " + override + ": must be key=value");
    }
    String key = override.substring(0, equals).strip();
    String value = override.substring(equals + 1).strip();
    // A URI is no HOCON without quotes: // would start a comment.
    boolean uri = value.contains("://") && !value.matches("[\\[{\"].*");
    return ConfigFactory.parseString(
        (key.startsWith(ROOT + ".") ? "" : ROOT + ".")
            + key
            + " = "
            + (uri ? ConfigUtil.quoteString(value) : value),
        ConfigParseOptions.defaults()
            .setOriginDescription("--set " + override)
            .setIncluder(NoIncludes.HERE));
  }

  private static InputException unreadable(Path conf, ConfigException e) {
    String message = String.valueOf(e.getMessage());
    if (e.origin() != null) {
      String where = e.origin().description();
      String reason =
          message.startsWith(where + ": ") ? message.substring(where.length() + 2) : message;
      String at =
          where.startsWith("--set ")
              ? where.replaceFirst(": \\d+$", "")
              : where.replaceFirst(": (\\d+)$", ":$1");
      return new InputException(at + ": " + reason, e);
    }
    return new InputException(conf + ": " + message, e);
  }

  /**
   * Refuses includes that are not there, which HOCON alone would skip in silence, and those of
   * URLs.
   */
  private record Required(Path conf)
      implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL {
    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
      return this;
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
      String name = what.matches(".*\\.(conf|json|properties)") ? what : what + ".conf";
      ConfigParseable included = context.relativeTo(name);
      try {
        if (included != null) {
          return included.parse(included.options().setAllowMissing(false));
        }
      } catch (ConfigException.IO e) {
        throw new InputException(at(what) + "include \"" + what + "\": no such file", e);
      }
      throw new InputException(at(what) + "include \"" + what + "\": no such file");
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
      if (!what.isFile()) {
        throw new InputException(at(what.getPath()) + "include \"" + what + "\": no such file");
      }
      return ConfigFactory.parseFile(what, context.parseOptions().setIncluder(this)).root();
    }

    /** What a sweep is shall not depend on what a server says today. */
    @Override
    public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
      throw new InputException(
          at(what.toString())
              + "include url(\""
              + what
              + "\"): only files are included; download it and include the file");
    }

    /** The parser does not tell an includer its line, so it is looked up in the text. */
    private String at(String what) {
      try {
        List<String> lines = Files.readAllLines(conf);
        for (int i = 0; i < lines.size(); i++) {
          if (lines.get(i).strip().toLowerCase(Locale.ROOT).startsWith("include")
              && lines.get(i).contains(what)) {
            return conf + ":" + (i + 1) + ": ";
          }
        }
      } catch (IOException e) {
        return conf + ": ";
      }
      return conf + ": ";
    }
  }
}
