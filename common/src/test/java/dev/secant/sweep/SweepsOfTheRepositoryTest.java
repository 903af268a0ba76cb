package dev.secant.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import dev.secant.data.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The sweeps in {@code conf/}: each can be read, and the paper's are as published. */
class SweepsOfTheRepositoryTest {
  private static final Path CONF = Path.of("../conf");

  /** Names a file that another sweep's measurements are made into. */
  private static final Path AFTER_ANOTHER = CONF.resolve("prescribed-compare.conf");

  /** What sweeps include; no sweeps. */
  private static final Path PROFILES = CONF.resolve("profiles");

  private static final Task CIFAR_10 = new Task.Classification(3, 32, 32, 10);
  private static final Task IMAGENET = new Task.Classification(3, 224, 224, 1000);
  private static final Task VAIHINGEN = new Task.Segmentation(3, 256, 256, 6);
  private static final Task WIKITEXT_2 = new Task.Language(33_278, 32);

  static Stream<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(CONF)) {
      return files
          .filter(file -> file.toString().endsWith(".conf") && !file.equals(AFTER_ANOTHER))
          .filter(file -> !file.startsWith(PROFILES))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void canBeReadAndIsNamedAsItsFile(Path file) {
    Sweep sweep = read(file);

    String name = file.getFileName().toString().replace(".conf", "");
    assertThat(sweep.name()).isEqualTo(name);
    assertThat(sweep.output()).isEqualTo("out/" + name);
    assertThat(sweep.trials()).isNotEmpty();
  }

  @Test
  void aSweepThatIncludesTheProfileOfS3LiesInTheBucket(@TempDir Path temp) throws IOException {
    // As if the environment had it.
    String profile =
        Files.readString(PROFILES.resolve("s3.conf")).replace("${SECANT_BUCKET}", "bucket");
    Files.writeString(temp.resolve("s3.conf"), profile);
    Path conf =
        Files.writeString(
            temp.resolve("mine.conf"), "include \"s3.conf\"\nsecant { name = mine }\n");

    Sweep sweep = read(conf);

    assertThat(sweep.output()).isEqualTo("s3a://bucket/sweeps/mine");
    assertThat(sweep.dataRoot().address()).isEqualTo("s3a://bucket/data");
  }

  @ParameterizedTest
  @CsvSource({
    "cifar10-batch-size, 4",
    "cifar10-model-type, 4",
    "cifar10-optimizer, 27",
    "cifar10-seed, 5",
    "imagenet-batch-size, 4",
    "imagenet-model-size, 14",
    "vaihingen-model-type, 4",
    "wikitext2-batch-size, 4",
    "wikitext2-lstm, 2"
  })
  void hasAsManyTrialsAsPublishedAndASmallVariantOfTheSameFactors(String name, int trials) {
    Sweep published = read(CONF.resolve("paper/" + name + ".conf"));
    Sweep small = read(CONF.resolve("paper/" + name + "-small.conf"));

    assertThat(published.trials()).hasSize(trials);
    assertThat(small.trials().size() % trials).as("trials of the small variant").isZero();
    assertThat(types(small)).isEqualTo(types(published));
  }

  @Test
  void theLearningRateGrowsWithTheRootOfTheBatchSize() {
    Map<Integer, Double> rates = new TreeMap<>();
    for (Trial trial : read(CONF.resolve("paper/cifar10-batch-size.conf")).trials()) {
      rates.put(trial.batchSize(), trial.optimizer().learningRate());
    }

    assertThat(rates)
        .containsEntry(64, 0.005)
        .containsEntry(128, 0.005 * Math.sqrt(2))
        .containsEntry(256, 0.01)
        .containsEntry(512, 0.005 * Math.sqrt(8));
  }

  /** Weights and tensors of the published networks, in the order of the sweeps. */
  @Test
  void networksHaveThePublishedSizes() {
    assertThat(sizes("cifar10-model-type", CIFAR_10)).containsExactly(44_662_922, 46_190_602);
    assertThat(sizes("cifar10-batch-size", CIFAR_10)).containsExactly(11_173_962);
    assertThat(sizes("imagenet-model-size", IMAGENET))
        .containsExactly(
            11_689_512, 45_693_032, 102_011_560, 25_557_032, 98_004_072, 15_601_160, 60_192_808);
    assertThat(sizes("vaihingen-model-type", VAIHINGEN)).containsExactly(7_763_206, 29_446_470);
    assertThat(sizes("wikitext2-batch-size", WIKITEXT_2)).containsExactly(9_747_454);
  }

  @Test
  void schedulesAreComparedOnSeedsThatWereNotMeasured(@TempDir Path temp) throws IOException {
    Path rates = Files.writeString(temp.resolve("mlp-shapes-b32-sgd.conf"), "points = [ [0, 1] ]");
    Path conf =
        Files.writeString(
            temp.resolve("compare.conf"),
            Files.readString(AFTER_ANOTHER).replace("out/prescribed/", temp + "/"));

    Sweep compared = read(conf);
    Set<Seeds> measured =
        read(CONF.resolve("prescribed-measure.conf")).trials().stream()
            .map(Trial::seeds)
            .collect(Collectors.toSet());
    assertThat(compared.name()).isEqualTo("prescribed-compare");
    assertThat(compared.trials()).hasSize(36);
    assertThat(compared.trials()).extracting(Trial::seeds).doesNotContainAnyElementsOf(measured);

    // What the file holds is part of the trial, and of its JSON.
    Trial trial = compared.trials().get(0);
    assertThat(Trial.fromJson(trial.canonicalJson())).isEqualTo(trial);
    Files.writeString(rates, "points = [ [0, 2] ]");
    Trial changed = read(conf).trials().get(0);
    assertThat(changed.id()).isNotEqualTo(trial.id());
    assertThatThrownBy(() -> Trial.fromJson(trial.canonicalJson()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("but the trial was planned with");
  }

  private static List<Integer> sizes(String name, Task task) {
    return read(CONF.resolve("paper/" + name + ".conf")).trials().stream()
        .map(Trial::architecture)
        .distinct()
        .map(architecture -> architecture.network(task).size())
        .toList();
  }

  private static List<String> types(Sweep sweep) {
    return sweep.trials().stream()
        .map(trial -> trial.optimizer().type() + " " + trial.architecture().type())
        .distinct()
        .sorted()
        .toList();
  }

  private static Sweep read(Path file) {
    return SweepFile.read(file, List.of(), Optional.empty());
  }
}
