package dev.secant.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
  /** From a SplitMix64 written in Python: were one to change, every path ever measured would. */
  @Test
  void firstNumbersNeverChange() {
    assertThat(RandomStream.address(0, Purpose.INITIAL_WEIGHTS, 0)).isEqualTo(575854417547002445L);
    assertThat(first(RandomStream.at(0, Purpose.INITIAL_WEIGHTS, 0)))
        .containsExactly(-287080572761539684L, -6615155037688199551L, 340649745886673662L);
    assertThat(first(RandomStream.at(0, Purpose.SAMPLE_ORDER, 0)))
        .containsExactly(-6853324779444743013L, -5540996014393688393L, -3190965046447723933L);
    assertThat(first(RandomStream.at(2019, Purpose.DROPOUT, 7, 3)))
        .containsExactly(-862282272965952701L, -3218934793584787636L, -405639407628625841L);
    assertThat(first(RandomStream.at(-1, Purpose.GENERATED_DATA)))
        .containsExactly(-503685739759705320L, -1984848448350474063L, -8942346420347917612L);
    assertThat(RandomStream.at(0, Purpose.SAMPLE_ORDER, 0).permutation(10))
        .containsExactly(6, 8, 3, 0, 9, 1, 4, 2, 7, 5);
    RandomStream uniform = RandomStream.at(0, Purpose.INITIAL_WEIGHTS, 0);
    assertThat(uniform.nextDouble()).isEqualTo(0.9844373309666777);
    assertThat(uniform.nextDouble()).isEqualTo(0.6413917268405012);
    RandomStream normal = RandomStream.at(0, Purpose.INITIAL_WEIGHTS, 0);
    assertThat(normal.nextGaussian()).isCloseTo(-1.8197368895871349, within(1e-14));
    assertThat(normal.nextGaussian()).isCloseTo(-2.2392673219493586, within(1e-14));
  }

  @Test
  void purposesKeepTheirPlace() {
    assertThat(Purpose.values())
        .containsExactly(
            Purpose.INITIAL_WEIGHTS,
            Purpose.SAMPLE_ORDER,
            Purpose.AUGMENTATION,
            Purpose.DROPOUT,
            Purpose.VALIDATION_SPLIT,
            Purpose.GENERATED_DATA,
            Purpose.RANDOM_LABELS,
            Purpose.GRADIENT_NOISE,
            Purpose.PROBES,
            Purpose.FULL_BATCH);
  }

  @Test
  void everyPartOfAnAddressCounts() {
    Set<Long> addresses = new HashSet<>();
    for (long seed = -3; seed < 3; seed++) {
      for (Purpose purpose : Purpose.values()) {
        addresses.add(RandomStream.address(seed, purpose));
        for (long i = -2; i < 20; i++) {
          addresses.add(RandomStream.address(seed, purpose, i));
          for (long j = -2; j < 20; j++) {
            addresses.add(RandomStream.address(seed, purpose, i, j));
          }
        }
      }
    }
    assertThat(addresses).hasSize(6 * Purpose.values().length * (1 + 22 + 22 * 22));
  }

  @Test
  void aStreamDoesNotDependOnWhatElseWasDrawn() {
    long[] alone = first(RandomStream.at(3, Purpose.AUGMENTATION, 5));
    RandomStream other = RandomStream.at(3, Purpose.AUGMENTATION, 4);
    RandomStream stream = RandomStream.at(3, Purpose.AUGMENTATION, 5);
    long[] between = new long[3];
    for (int i = 0; i < 3; i++) {
      other.nextGaussian();
      between[i] = stream.nextLong();
    }
    assertThat(between).isEqualTo(alone);
  }

  /** Numbers of streams at neighbouring addresses are as unrelated as those within one. */
  @Test
  void neighbouringStreamsAreUncorrelated() {
    int n = 100_000;
    double sum = 0;
    double product = 0;
    double before = RandomStream.at(9, Purpose.DROPOUT, n, 0).nextDouble() - 0.5;
    for (int i = 0; i < n; i++) {
      double value = RandomStream.at(9, Purpose.DROPOUT, i, 0).nextDouble() - 0.5;
      sum += value;
      product += value * before;
      before = value;
    }
    // Five standard deviations of the mean of n uniform numbers, and of n products of two.
    assertThat(sum / n).isCloseTo(0, within(5 / Math.sqrt(12.0 * n)));
    assertThat(product / n).isCloseTo(0, within(5 / (12 * Math.sqrt(n))));
  }

  @Test
  void uniformNumbersAreUniform() {
    RandomStream random = RandomStream.at(1, Purpose.GENERATED_DATA);
    int n = 400_000;
    int[] doubles = new int[20];
    int[] floats = new int[20];
    int[] ints = new int[7];
    int heads = 0;
    for (int i = 0; i < n; i++) {
      doubles[(int) (20 * random.nextDouble())]++;
      floats[(int) (20 * random.nextFloat())]++;
      ints[random.nextInt(7)]++;
      heads += random.nextBoolean() ? 1 : 0;
    }
    // 0.9999 quantiles of chi-squared with 19, 6 and 1 degrees of freedom.
    assertThat(chiSquared(doubles)).isLessThan(50.8);
    assertThat(chiSquared(floats)).isLessThan(50.8);
    assertThat(chiSquared(ints)).isLessThan(27.9);
    assertThat(chiSquared(new int[] {heads, n - heads})).isLessThan(15.2);
  }

  @Test
  void normalNumbersAreNormal() {
    RandomStream random = RandomStream.at(2, Purpose.GENERATED_DATA);
    int n = 400_000;
    double[] moments = new double[5];
    for (int i = 0; i < n; i++) {
      double value = random.nextGaussian();
      for (int k = 1; k <= 4; k++) {
        moments[k] += Math.pow(value, k) / n;
      }
    }
    // Five standard deviations of each: 1, 2, 15 and 96 are the variances of the powers.
    assertThat(moments[1]).isCloseTo(0, within(5 * Math.sqrt(1.0 / n)));
    assertThat(moments[2]).isCloseTo(1, within(5 * Math.sqrt(2.0 / n)));
    assertThat(moments[3]).isCloseTo(0, within(5 * Math.sqrt(15.0 / n)));
    assertThat(moments[4]).isCloseTo(3, within(5 * Math.sqrt(96.0 / n)));
  }

  @Test
  void permutationsAreUniform() {
    int[] counts = new int[24];
    for (int epoch = 0; epoch < 48_000; epoch++) {
      int[] order = RandomStream.at(4, Purpose.SAMPLE_ORDER, epoch).permutation(4);
      int[] sorted = order.clone();
      Arrays.sort(sorted);
      assertThat(sorted).containsExactly(0, 1, 2, 3);
      int rank = 0;
      for (int i = 0; i < 4; i++) {
        int first = order[i];
        int smaller = (int) Arrays.stream(order, i + 1, 4).filter(other -> other < first).count();
        rank = rank * (4 - i) + smaller;
      }
      counts[rank]++;
    }
    // The 0.9999 quantile of chi-squared with 23 degrees of freedom.
    assertThat(chiSquared(counts)).isLessThan(57.0);
    assertThat(RandomStream.at(4, Purpose.SAMPLE_ORDER, 0).permutation(1000))
        .containsExactlyInAnyOrder(IntStream.range(0, 1000).toArray());
  }

  @Test
  void aBoundMustBePositive() {
    assertThatThrownBy(() -> RandomStream.at(0, Purpose.DROPOUT).nextInt(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
  }

  private static long[] first(RandomStream random) {
    return new long[] {random.nextLong(), random.nextLong(), random.nextLong()};
  }

  private static double chiSquared(int[] counts) {
    double expected = Arrays.stream(counts).sum() / (double) counts.length;
    return Arrays.stream(counts).mapToDouble(c -> (c - expected) * (c - expected)).sum() / expected;
  }
}
