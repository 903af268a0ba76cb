package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CheckpointCostTest {
  private static final Offset<Double> EXACTLY = within(1e-9);

  /** Four files of 25 MB, half a second each. */
  private static final Map<Count, Long> FOUR = written(4, 100_000_000, 2);

  @Test
  void isGuessedUntilOneIsWritten() {
    assertThat(CheckpointCost.seconds(written(0, 0, 0), 600_000_000)).isEqualTo(2, EXACTLY);
  }

  @Test
  void isWhatTheyTookOnAverage() {
    assertThat(CheckpointCost.seconds(FOUR, 25_000_000)).isEqualTo(0.5, EXACTLY);
  }

  @Test
  void growsWithTheSize() {
    assertThat(CheckpointCost.seconds(FOUR, 250_000_000)).isEqualTo(5, EXACTLY);
  }

  @Test
  void aSmallOneTakesAsLongAsTheOthers() {
    assertThat(CheckpointCost.seconds(FOUR, 1000)).isEqualTo(0.5, EXACTLY);
  }

  private static Map<Count, Long> written(long files, long bytes, long seconds) {
    return Map.of(
        Count.CHECKPOINTS,
        files,
        Count.CHECKPOINT_BYTES,
        bytes,
        Count.CHECKPOINT_NANOS,
        seconds * 1_000_000_000);
  }
}
