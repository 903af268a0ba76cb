package dev.secant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Packages use only packages of lower layers, and those of one layer never each other in a ring.
 */
class PackageArrowsTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/secant");
  private static final Pattern IMPORT =
      Pattern.compile("^import (?:static )?dev\\.secant\\.(\\w+)\\.", Pattern.MULTILINE);
  private static final Map<String, Integer> LAYERS =
      Map.ofEntries(
          Map.entry("config", 0),
          Map.entry("random", 0),
          Map.entry("engine", 0),
          Map.entry("data", 1),
          Map.entry("fetch", 1),
          Map.entry("architecture", 2),
          Map.entry("optimizer", 2),
          Map.entry("sweep", 3),
          Map.entry("training", 4),
          Map.entry("geometry", 4),
          Map.entry("table", 4),
          Map.entry("bench", 5));

  @Test
  void arrowsRunDownwards() throws IOException {
    Map<String, Set<String>> arrows = arrows();

    assertThat(LAYERS.keySet()).containsAll(arrows.keySet());
    arrows.forEach(
        (from, tos) ->
            assertThat(tos)
                .as("what %s uses", from)
                .allMatch(to -> LAYERS.get(to) <= LAYERS.get(from)));
  }

  @Test
  void noRing() throws IOException {
    Map<String, Set<String>> arrows = arrows();

    // Take away what uses nothing that is left, until nothing can be taken: a ring would stay.
    while (arrows.values().removeIf(Set::isEmpty)) {
      arrows.values().forEach(tos -> tos.retainAll(arrows.keySet()));
    }
    assertThat(arrows).isEmpty();
  }

  private static Map<String, Set<String>> arrows() throws IOException {
    Map<String, Set<String>> arrows = new TreeMap<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String from = SOURCES.relativize(file).getName(0).toString();
        Set<String> tos = arrows.computeIfAbsent(from, unused -> new TreeSet<>());
        Matcher matcher = IMPORT.matcher(Files.readString(file));
        while (matcher.find()) {
          if (!matcher.group(1).equals(from)) {
            tos.add(matcher.group(1));
          }
        }
      }
    }
    return arrows;
  }
}
