package dev.secant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RandomLabelsTest {
  private static final Dataset SHAPES =
      Reading.load(Path.of("none"), "shapes", Map.of("train", 2000, "validation", 50));
  private static final Dataset SCENES =
      Reading.load(Path.of("none"), "scenes", Map.of("train", 40, "validation", 4));
  private static final Dataset TEXT =
      Reading.load(Path.of("none"), "grammar", Map.of("tokens", 6401, "window", 16));

  @Test
  void replacesTheAskedForShareByUniformClasses() {
    long[] before = Reading.targets(Reading.train(SHAPES, 2000));
    long[] after = Reading.targets(Reading.train(Datasets.withRandomLabels(SHAPES, 0.5, 1), 2000));
    int[] counts = new int[10];
    int changed = 0;
    for (int i = 0; i < before.length; i++) {
      if (after[i] != before[i]) {
        changed++;
        counts[(int) after[i]]++;
      }
    }
    // One draw in ten hits the true class: 0.45 of all change, give or take five deviations.
    assertThat(changed / 2000.0).isCloseTo(0.45, within(5 * Math.sqrt(0.45 * 0.55 / 2000)));
    double chiSquare = 0;
    for (int count : counts) {
      double expected = changed / 10.0;
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    // The 0.999 quantile of chi-square with nine degrees of freedom.
    assertThat(chiSquare).isLessThan(27.88);
  }

  @Test
  void leavesInputsAndValidationAlone() {
    Dataset random = Datasets.withRandomLabels(SHAPES, 1, 1);
    assertThat(random.task()).isEqualTo(SHAPES.task());
    assertThat(random.trainSize()).isEqualTo(SHAPES.trainSize());
    assertThat(random.validationSize()).isEqualTo(SHAPES.validationSize());
    assertThat(Reading.pixels(Reading.train(random, 100)))
        .isEqualTo(Reading.pixels(Reading.train(SHAPES, 100)));
    assertThat(Reading.targets(Reading.validation(random)))
        .containsExactly(Reading.targets(Reading.validation(SHAPES)));
  }

  @Test
  void aSampleHasTheSameLabelsWheneverAndWithWhomeverItIsRead() {
    Dataset random = Datasets.withRandomLabels(TEXT, 0.7, 3);
    long[] all = Reading.targets(Reading.train(random, 400));
    Batch few = new Batch(random.task(), 2);
    random.readTrain(new int[] {311, 17}, RandomStream.at(9, Purpose.AUGMENTATION, 77), few);
    assertThat(Reading.targets(few))
        .containsExactly(concatenated(row(all, 311, 16), row(all, 17, 16)));
    assertThat(Reading.targets(Reading.train(Datasets.withRandomLabels(TEXT, 0.7, 3), 400)))
        .containsExactly(all);
    assertThat(Reading.targets(Reading.train(Datasets.withRandomLabels(TEXT, 0.7, 4), 400)))
        .isNotEqualTo(all);
  }

  @Test
  void drawsEveryPositionOfATextForItself() {
    long[] before = Reading.targets(Reading.train(TEXT, 400));
    long[] after = Reading.targets(Reading.train(Datasets.withRandomLabels(TEXT, 1, 3), 400));
    double mean = Arrays.stream(after).average().orElseThrow();
    // Uniform over 0..63: mean 31.5, deviation 18.47.
    assertThat(mean).isCloseTo(31.5, within(5 * 18.47 / Math.sqrt(6400)));
    assertThat(row(after, 0, 16)).isNotEqualTo(row(before, 0, 16));
    assertThat(row(after, 0, 16)).isNotEqualTo(row(after, 1, 16));
  }

  @Test
  void noFractionIsTheDatasetItself() {
    assertThat(Reading.targets(Reading.train(Datasets.withRandomLabels(TEXT, 0, 3), 400)))
        .containsExactly(Reading.targets(Reading.train(TEXT, 400)));
    assertThatThrownBy(() -> Datasets.withRandomLabels(TEXT, 1.1, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1.1");
  }

  @Test
  void renamesTheClassesOfAPixelwiseSampleAsAWholeInEveryEpoch() {
    int size = SCENES.task().targetSize();
    Dataset random = Datasets.withRandomLabels(SCENES, 1, 5);
    Map<Integer, Map<Long, Long>> names = new HashMap<>();
    int moved = 0;
    for (int epoch = 0; epoch < 3; epoch++) {
      long[] before = targets(SCENES, epoch);
      long[] after = targets(random, epoch);
      for (int i = 0; i < before.length; i++) {
        Map<Long, Long> sample = names.computeIfAbsent(i / size, key -> new HashMap<>());
        Long known = sample.putIfAbsent(before[i], after[i]);
        assertThat(known == null ? after[i] : known).isEqualTo(after[i]);
        moved += after[i] == before[i] ? 0 : 1;
      }
    }
    names.values().forEach(sample -> assertThat(sample.values()).doesNotHaveDuplicates());
    assertThat(moved).isPositive();
    assertThat(names.get(0)).isNotEqualTo(names.get(1));
  }

  @Test
  void pixelsWithoutALabelKeepNone() {
    Dataset streets = Reading.load(Reading.realData(), "camvid", Map.of("scale", 4, "crop", 64));
    long[] before = Reading.targets(Reading.train(streets, 20));
    long[] after = Reading.targets(Reading.train(Datasets.withRandomLabels(streets, 1, 2), 20));
    assertThat(before).contains(Task.IGNORED);
    for (int i = 0; i < before.length; i++) {
      assertThat(after[i] == Task.IGNORED).isEqualTo(before[i] == Task.IGNORED);
    }
  }

  private static long[] targets(Dataset data, int epoch) {
    int[] samples = new int[data.trainSize()];
    Arrays.setAll(samples, i -> i);
    Batch batch = new Batch(data.task(), samples.length);
    data.readTrain(samples, RandomStream.at(1, Purpose.AUGMENTATION, epoch), batch);
    return Reading.targets(batch);
  }

  private static long[] row(long[] all, int sample, int size) {
    return Arrays.copyOfRange(all, sample * size, (sample + 1) * size);
  }

  private static long[] concatenated(long[] first, long[] second) {
    long[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
