package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CutsTest {
  private static final long MEGABYTE = 1_000_000;

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "8, 8"})
  void aPathIsCutForTheSlotsThatAreFree(int helping, int segments) {
    assertThat(Cuts.segments(10_000, 300, MEGABYTE, helping)).isEqualTo(segments);
  }

  @Test
  void noMoreSegmentsThanSteps() {
    assertThat(Cuts.segments(3, 300, MEGABYTE, 8)).isEqualTo(3);
  }

  @Test
  void aShortPathStaysWhole() {
    assertThat(Cuts.segments(10_000, 1.5, MEGABYTE, 8)).isEqualTo(1);
    assertThat(Cuts.segments(10_000, 4.5, MEGABYTE, 8)).isEqualTo(4);
  }

  /** At 300 MB a second, 1.5 GB take 5 seconds: 2 percent of 250. */
  @Test
  void checkpointsTakeAFiftiethOfThePassAtMost() {
    assertThat(Cuts.segments(10_000, 100, 1500 * MEGABYTE, 8)).isEqualTo(1);
    assertThat(Cuts.segments(10_000, 250, 1500 * MEGABYTE, 8)).isEqualTo(2);
    assertThat(Cuts.segments(10_000, 500, 1500 * MEGABYTE, 8)).isEqualTo(3);
  }

  @Test
  void aLongPathHasCheckpointsOnItsWayWhereNoSlotIsFree() {
    assertThat(Cuts.segments(100_000, 3600, MEGABYTE, 1)).isEqualTo(6);
    assertThat(Cuts.segments(100_000, 1_000_000, MEGABYTE, 1)).isEqualTo(16);
  }

  @Test
  void everySlotHasTheSameNumberOfSegments() {
    assertThat(Cuts.segments(100_000, 3000, MEGABYTE, 4)).isEqualTo(4);
    assertThat(Cuts.segments(100_000, 6000, MEGABYTE, 4)).isEqualTo(8);
  }
}
