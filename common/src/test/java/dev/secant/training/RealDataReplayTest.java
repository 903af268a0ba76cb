package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.secant.data.Dataset;
import dev.secant.sweep.Measure;
import dev.secant.sweep.Trial;
import dev.secant.table.StepRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays are exact on every dataset that reads files, crops, flips and decodes. */
class RealDataReplayTest {
  private static final String MLP = "{type: mlp, hidden: [8]}";
  private static final String UNET = "{type: unet, channels: 2, levels: 2}";
  private static final String LSTM = "{type: lstm-lm, layers: 1, embedding: 8, hidden: 8}";

  static Stream<Arguments> datasets() {
    return Stream.of(
        Arguments.of(MLP, "{type: cifar10, samples: 100, crop: 4, flip: true}"),
        Arguments.of(MLP, "{type: fashion-mnist, samples: 100}"),
        Arguments.of(MLP, "{type: image-folder, folder: imagefolder, size: 32}"),
        Arguments.of(UNET, "{type: camvid, crop: 32, flip: true, crops-per-epoch: 60}"),
        Arguments.of(
            LSTM, "{type: wikitext-2, vocabulary: 100, tokens: 3000, validation-tokens: 400}"),
        Arguments.of(LSTM, "{type: text, path: tinyshakespeare/input.txt, tokens: 3000}"));
  }

  @ParameterizedTest
  @MethodSource("datasets")
  void oneSegmentAndSevenGiveTheSameToTheBit(String architecture, String dataset)
      throws IOException {
    String root = System.getenv("SECANT_DATA");
    assumeTrue(root != null, "SECANT_DATA is not set: no real data to read");
    Trial trial =
        Trials.parse(TrialRunTest.trial(architecture, dataset, "{type: sgd, lr: 0.05}", ""));
    Dataset data = trial.dataset().load(Path.of(root));

    assertThat(steps(trial, data, 7)).isNotEmpty().isEqualTo(steps(trial, data, 1));
  }

  private static List<StepRecord> steps(Trial trial, Dataset data, int segments)
      throws IOException {
    MemoryStore store = new MemoryStore();
    List<StepRecord> steps = new ArrayList<>();
    try (TrialRun run = new TrialRun(trial, data, 1)) {
      Recording recording = run.record(segments, List.of(), store, Monitor.NONE);
      for (int segment = 0; segment < recording.segments(); segment++) {
        ReplayedSegment replayed =
            run.replay(recording, Measure.STEPS, segment, store, Monitor.NONE);
        assertThat(replayed.drift()).isZero();
        steps.addAll(replayed.steps());
      }
    }
    return steps;
  }
}
