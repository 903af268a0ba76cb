package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CutsTest {
  /** A checkpoint that costs next to nothing, in seconds. */
  private static final double QUICK = 0.003;

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "8, 8"})
  void aPathIsCutForTheSlotsThatAreFree(int helping, int segments) {
    assertThat(Cuts.segments(10_000, 300, QUICK, helping)).isEqualTo(segments);
  }

  @Test
  void noMoreSegmentsThanSteps() {
    assertThat(Cuts.segments(3, 300, QUICK, 8)).isEqualTo(3);
  }

  @Test
  void aShortPathStaysWhole() {
    assertThat(Cuts.segments(10_000, 1.5, QUICK, 8)).isEqualTo(1);
    assertThat(Cuts.segments(10_000, 4.5, QUICK, 8)).isEqualTo(4);
  }

  /** Five seconds are 2 percent of 250. */
  @Test
  void checkpointsTakeAFiftiethOfThePassAtMost() {
    assertThat(Cuts.segments(10_000, 100, 5, 8)).isEqualTo(1);
    assertThat(Cuts.segments(10_000, 250, 5, 8)).isEqualTo(2);
    assertThat(Cuts.segments(10_000, 500, 5, 8)).isEqualTo(3);
  }

  @Test
  void aLongPathHasCheckpointsOnItsWayWhereNoSlotIsFree() {
    assertThat(Cuts.segments(100_000, 3600, QUICK, 1)).isEqualTo(6);
    assertThat(Cuts.segments(100_000, 1_000_000, QUICK, 1)).isEqualTo(16);
  }

  @Test
  void everySlotHasTheSameNumberOfSegments() {
    assertThat(Cuts.segments(100_000, 3000, QUICK, 4)).isEqualTo(4);
    assertThat(Cuts.segments(100_000, 6000, QUICK, 4)).isEqualTo(8);
  }
}
