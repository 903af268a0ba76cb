package dev.secant.sweep;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import dev.secant.config.Settings;
import dev.secant.optimizer.Optimizers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code measure.references}. */
final class References {
  private static final String PATH = "secant.measure.references";
  private static final Pattern AVERAGE = Pattern.compile("average-last-([1-9]\\d{0,8})");
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,63}");
  private static final List<String> TYPES =
      List.of("final", "initial", "best-validation", "average-last", "sibling", "trial", "file");

  private References() {}

  static List<Reference> parse(Settings measure) {
    List<Reference> references = new ArrayList<>();
    for (ConfigValue value : measure.values("references")) {
      Settings settings = Settings.component(value, PATH);
      Reference reference = reference(settings);
      settings.refuseUnknown();
      if (references.stream().anyMatch(other -> other.name().equals(reference.name()))) {
        throw settings.error("is named twice: " + reference.name() + "; give one another name");
      }
      references.add(reference);
    }
    if (references.isEmpty()) {
      throw measure.error("references", "must hold at least one value, such as final");
    }
    return references;
  }

  private static Reference reference(Settings settings) {
    Matcher average = AVERAGE.matcher(settings.type());
    if (average.matches()) {
      return new Reference.AverageLast(Integer.parseInt(average.group(1)));
    }
    return switch (settings.type()) {
      case "final" -> new Reference.Final();
      case "initial" -> new Reference.Initial();
      case "best-validation" -> new Reference.BestValidation();
      case "average-last" -> new Reference.AverageLast(settings.integerFrom(1, "points", 100));
      case "sibling" -> sibling(settings);
      case "trial" -> new Reference.OfTrial(trialId(settings));
      case "file" -> file(settings);
      default -> throw settings.unknownName("type", TYPES);
    };
  }

  private static Reference sibling(Settings settings) {
    Map<String, Object> differences = new TreeMap<>();
    Map<String, Object> seeds = new TreeMap<>();
    List<String> words = new ArrayList<>();
    words.add("sibling");
    if (settings.has("seed")) {
      long seed = settings.whole("seed", 0);
      List.of("init", "order", "noise").forEach(stream -> seeds.put(stream, seed));
      words.add("seed-" + seed);
    }
    for (String stream : List.of("init", "order", "noise")) {
      if (settings.has(stream)) {
        long seed = settings.whole(stream, 0);
        seeds.put(stream, seed);
        words.add(stream + "-" + seed);
      }
    }
    if (!seeds.isEmpty()) {
      differences.put("seeds", seeds);
    }
    if (settings.has("optimizer")) {
      ConfigValue optimizer = settings.value("optimizer");
      Settings component = Settings.component(optimizer, PATH + ".optimizer");
      Optimizers.parse(component, 1);
      words.add(component.type());
      differences.put(
          "optimizer",
          optimizer instanceof ConfigObject
              ? optimizer.unwrapped()
              : Map.of("type", component.type()));
    }
    if (differences.isEmpty()) {
      throw settings.error(
          "must say what differs: seed, init, order, noise or optimizer, such as"
              + " {type: sibling, order: 1}");
    }
    String json = ConfigValueFactory.fromMap(differences).render(ConfigRenderOptions.concise());
    return new Reference.Sibling(named(settings, String.join("-", words)), json);
  }

  private static String trialId(Settings settings) {
    String id = settings.text("id");
    if (!id.matches("[0-9a-f]{12}")) {
      throw settings.error("id", "must be a trial's id of 12 hex digits, but is " + id);
    }
    return id;
  }

  private static Reference file(Settings settings) {
    Path path = Path.of(settings.text("path"));
    if (!path.toFile().isFile()) {
      throw settings.error("path", "names no file: " + path);
    }
    String name = path.getFileName().toString().replaceFirst("\\.safetensors$", "");
    return new Reference.OfFile(
        named(settings, "file-" + name.toLowerCase(java.util.Locale.ROOT)),
        path.toAbsolutePath().toString());
  }

  private static String named(Settings settings, String otherwise) {
    String name = settings.text("name", otherwise);
    if (!NAME.matcher(name).matches() || TYPES.contains(name)) {
      throw settings.error(
          "needs a name of its own of lower-case letters, digits, dots and dashes; "
              + name
              + " is none");
    }
    return name;
  }

  /** A trial's JSON with some of its settings replaced. */
  static String merged(String trial, String differences) {
    ConfigObject base = ConfigFactory.parseString(trial).root();
    ConfigObject over = ConfigFactory.parseString(differences).root();
    ConfigObject kept = over.containsKey("optimizer") ? base.withoutKey("optimizer") : base;
    return over.withFallback(kept).render(ConfigRenderOptions.concise());
  }
}
