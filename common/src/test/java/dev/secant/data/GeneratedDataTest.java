package dev.secant.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GeneratedDataTest {
  private static final Path NOWHERE = Path.of("nowhere");

  @Test
  void shapesAreBalancedAndAFunctionOfTheSeed() {
    Map<String, Object> options = Map.of("train", 200, "validation", 50);
    Dataset data = Reading.load(NOWHERE, "shapes", options);
    assertThat(data.task()).isEqualTo(new Task.Classification(3, 32, 32, 10));
    assertThat(data.validationSize()).isEqualTo(50);
    Batch batch = Reading.train(data, 200);
    int[] counts = new int[10];
    for (long label : Reading.targets(batch)) {
      counts[(int) label]++;
    }
    assertThat(counts).containsOnly(20);
    assertThat(Reading.pixels(Reading.train(Reading.load(NOWHERE, "shapes", options), 200)))
        .isEqualTo(Reading.pixels(batch));
    Dataset other =
        Reading.load(NOWHERE, "shapes", Map.of("train", 200, "validation", 50, "seed", 1));
    assertThat(Reading.pixels(Reading.train(other, 200))).isNotEqualTo(Reading.pixels(batch));
  }

  @Test
  void trainAndValidationShapesDiffer() {
    Dataset data = Reading.load(NOWHERE, "shapes", Map.of("train", 20, "validation", 20));
    assertThat(Reading.pixels(Reading.train(data, 20)))
        .isNotEqualTo(Reading.pixels(Reading.validation(data)));
  }

  @Test
  void scenesHaveAllClassesAndNoneOverwhelms() {
    Map<String, Object> options = Map.of("train", 200, "validation", 20);
    Dataset data = Reading.load(NOWHERE, "scenes", options);
    assertThat(data.task()).isEqualTo(new Task.Segmentation(3, 32, 32, 6));
    Batch batch = Reading.train(data, 200);
    long[] targets = Reading.targets(batch);
    for (int label = 0; label < 6; label++) {
      int wanted = label;
      double share = Arrays.stream(targets).filter(t -> t == wanted).count() / 204_800.0;
      assertThat(share).as("class " + label).isBetween(0.02, 0.45);
    }
    assertThat(Reading.pixels(Reading.train(Reading.load(NOWHERE, "scenes", options), 200)))
        .isEqualTo(Reading.pixels(batch));
  }

  @Test
  void grammarUsesItsVocabularyAndMoreThanTheLastWord() {
    Dataset data = Reading.load(NOWHERE, "grammar", Map.of());
    assertThat(data.task()).isEqualTo(new Task.Language(64, 32));
    assertThat(data.trainSize()).isEqualTo((100_000 - 1) / 32);
    Batch batch = Reading.train(data, data.trainSize());
    long[] inputs = Reading.tokens(batch);
    long[] targets = Reading.targets(batch);
    assertThat(Arrays.stream(inputs).distinct().count()).isEqualTo(64);
    double[] single = new double[64];
    double[][] pair = new double[64][64];
    for (int i = 0; i < inputs.length; i++) {
      single[(int) targets[i]]++;
      pair[(int) inputs[i]][(int) targets[i]]++;
    }
    double alone = 0;
    double after = 0;
    for (int i = 0; i < inputs.length; i++) {
      int from = (int) inputs[i];
      int to = (int) targets[i];
      alone -= Math.log(single[to] / inputs.length);
      after -= Math.log(pair[from][to] / Arrays.stream(pair[from]).sum());
    }
    // The last word tells much, and leaves much to be told.
    assertThat(alone / inputs.length).isBetween(3.0, 4.0);
    assertThat(after / inputs.length).isBetween(1.5, 3.0);
    assertThat(Reading.tokens(Reading.train(Reading.load(NOWHERE, "grammar", Map.of()), 50)))
        .isEqualTo(Arrays.copyOf(inputs, 50 * 32));
  }
}
