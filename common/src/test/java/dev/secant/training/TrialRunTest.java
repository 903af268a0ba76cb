package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.data.Batch;
import dev.secant.data.Dataset;
import dev.secant.engine.Scope;
import dev.secant.engine.TestDevice;
import dev.secant.sweep.Measure;
import dev.secant.sweep.Trial;
import dev.secant.table.StepRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrialRunTest {
  private static final String SHAPES = "{type: shapes, train: 96, validation: 32}";
  private static final String SCENES = "{type: scenes, train: 48, validation: 16}";
  private static final String GRAMMAR = "{type: grammar, tokens: 3000, validation-tokens: 600}";

  static List<String> trials() {
    String sgd = "{type: momentum, lr: 0.01}";
    return List.of(
        trial("{type: mlp, hidden: [32]}", SHAPES, "{type: sgd, lr: 0.05}", ""),
        trial(
            "{type: mlp, hidden: [32, 16]}",
            SHAPES,
            "{type: adam, lr: 0.001}",
            ", weight-decay: 0.01"),
        trial(
            "{type: resnet-cifar, depth: 8, width: 0.5}",
            SHAPES,
            "{type: nesterov, lr: 0.01}",
            ", clip-norm: 0.5"),
        trial("{type: unet, channels: 4, levels: 2}", SCENES, sgd, ""),
        trial(
            "{type: transformer-lm, layers: 2, dim: 16, heads: 2, ff: 16, dropout: 0.1}",
            GRAMMAR,
            sgd,
            ""),
        trial(
            "{type: resnet, depth: 50, width: 0.0625}",
            SHAPES,
            "{type: rmsprop, lr: 0.001, momentum: 0.9, centered: true}",
            ", control: {gradient-noise: true}"),
        trial(
            "{type: vgg, depth: 11, channels: 4, hidden: 8, dropout: 0.5}",
            SHAPES,
            "{type: adamw, lr: 0.001}",
            ", weight-decay: 0.01, control: {label-smoothing: 0.1}"),
        trial(
            "{type: segnet, channels: 2}",
            SCENES,
            "{type: lion, lr: 0.0001}",
            ", weight-decay: 0.01"),
        trial(
            "{type: lstm-lm, layers: 2, embedding: 8, hidden: 8, dropout: 0.2}",
            GRAMMAR,
            "{type: momentum, lr: 0.1}",
            ", clip-norm: 0.25, control: {random-labels: 0.5}"));
  }

  @ParameterizedTest
  @MethodSource("trials")
  void replayWalksTheRecordedPathToTheBit(String json) throws IOException {
    Walked whole = walk(json, 1);
    Walked parts = walk(json, 7);

    assertThat(whole.drift).isZero();
    assertThat(parts.drift).isZero();
    assertThat(parts.steps).isEqualTo(whole.steps);
    assertThat(parts.recording.epochs()).isEqualTo(whole.recording.epochs());
  }

  @ParameterizedTest
  @MethodSource("trials")
  void aPassThatWasStoppedGoesOnFromItsLastCheckpoint(String json) throws IOException {
    Walked undisturbed = walk(json, 4);
    MemoryStore store = new MemoryStore();
    CountingMonitor stopping = new CountingMonitor(undisturbed.recording.steps() * 2 / 3);
    try (TrialRun run = run(json)) {
      assertThatThrownBy(() -> run.record(4, List.of(), store, stopping))
          .isInstanceOf(CancellationException.class);
    }
    CountingMonitor counting = new CountingMonitor(Long.MAX_VALUE);
    try (TrialRun run = run(json)) {
      Recording recording = run.record(4, List.of(), store, counting);

      assertThat(counting.steps).isLessThan(recording.steps());
      assertThat(recording.epochs()).isEqualTo(undisturbed.recording.epochs());
      assertThat(data(store)).isEqualTo(data(undisturbed.store));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"step-6", "step-12", "final"})
  void aDamagedCheckpointIsWalkedToOnceMore(String name) throws IOException {
    String json = trials().get(0);
    Walked undisturbed = walk(json, 4);
    String file = name + ".safetensors";
    for (boolean finished : new boolean[] {true, false}) {
      MemoryStore store = walk(json, 4).store();
      byte[] bytes = store.files.get(file);
      bytes[bytes.length - 2] ^= 1;
      if (!finished) {
        store.files.remove("recording.json");
      }

      Walked again = walk(json, 4, Measure.STEPS, store);

      assertThat(again.drift).isZero();
      assertThat(again.steps).isEqualTo(undisturbed.steps);
      assertThat(again.recording.epochs()).isEqualTo(undisturbed.recording.epochs());
      assertThat(data(store)).isEqualTo(data(undisturbed.store));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aDivergingTrialKeepsItsStepsUpToThere(int segments) throws IOException {
    String json = trial("{type: mlp, hidden: [32]}", SHAPES, "{type: sgd, lr: 1e6}", "");

    Walked walked = walk(json, segments);

    assertThat(walked.recording.diverged()).isTrue();
    assertThat(walked.recording.divergence()).contains("loss was").contains("step");
    assertThat(walked.recording.steps()).isBetween(1L, 5L);
    assertThat(walked.steps).hasSize((int) walked.recording.steps());
    assertThat(walked.drift).isZero();
  }

  /**
   * As on a GPU, which goes on while the processor has not seen how the last steps went, and cuts
   * its samples itself.
   */
  @ParameterizedTest
  @MethodSource("byItself")
  void aDeviceThatWorksByItselfChangesNothing(String json, int block) throws IOException {
    Walked walked = walk(json, 3);
    MeasuredPath kept;
    try (TrialRun run = run(json)) {
      kept = run.whole(Measure.STEPS, Long.MAX_VALUE, new MemoryStore(), Monitor.NONE);
    }
    try (TrialRun run = run(json, new DeviceUse(block, Long.MAX_VALUE))) {
      Walked late = walk(run, 3, Measure.STEPS, new MemoryStore());
      MeasuredPath keptLate =
          run.whole(Measure.STEPS, Long.MAX_VALUE, new MemoryStore(), Monitor.NONE);

      assertThat(late.drift).isZero();
      assertThat(late.steps).isEqualTo(walked.steps);
      assertThat(late.recording.epochs()).isEqualTo(walked.recording.epochs());
      assertThat(late.recording.divergence()).isEqualTo(walked.recording.divergence());
      assertThat(data(late.store)).isEqualTo(data(walked.store));
      assertThat(keptLate.mode()).isEqualTo(Measure.Mode.TRAJECTORY);
      assertThat(keptLate.segments().get(0).steps())
          .isEqualTo(kept.segments().get(0).steps())
          .isEqualTo(walked.steps);
    }
  }

  @Test
  void outcomesAreReadInBlocksAndSamplesCutOnTheDevice() throws Diverged {
    Trial trial = Trials.parse(trials().get(0));
    Dataset dataset = trial.dataset().load(Path.of("."));
    List<Integer> blocks = new ArrayList<>();
    Observer looking =
        new Observer() {
          @Override
          public void beforeGradient(Scope scope, State state, Batch batch) {
            assertThat(batch.holdsCuts()).isTrue();
          }

          @Override
          public void settled(List<Outcome> outcomes) {
            blocks.add(outcomes.size());
          }
        };
    try (Scope root = TestDevice.open();
        TrainingRun run = new TrainingRun(trial, dataset, root, new DeviceUse(5, Long.MAX_VALUE))) {
      State state = run.initialState(root);
      run.walk(state, 12, List.of(looking), Monitor.NONE);
      run.walk(state, 18, List.of(looking), Monitor.NONE);
    }

    assertThat(blocks).containsExactly(5, 5, 2, 5, 1);
  }

  static List<Arguments> byItself() {
    List<Arguments> cases = new ArrayList<>();
    List<String> trials = new ArrayList<>(trials().subList(0, 5));
    trials.add(trial("{type: mlp, hidden: [32]}", SHAPES, "{type: sgd, lr: 1e6}", ""));
    for (String trial : trials) {
      cases.add(Arguments.of(trial, 5));
      cases.add(Arguments.of(trial, 64));
    }
    return cases;
  }

  @Test
  void aPathThatDoesNotFitTheMemoryIsWalkedAgain() throws IOException {
    String json = trials().get(0);
    try (TrialRun run = run(json)) {
      Trial trial = Trials.parse(json);
      Dataset dataset = trial.dataset().load(Path.of("."));
      long steps = TrialRun.steps(trial, dataset);
      long bytes = TrialRun.trajectoryBytes(steps, trial.architecture().network(dataset.task()));

      MeasuredPath kept = run.whole(Measure.STEPS, bytes, new MemoryStore(), Monitor.NONE);
      MeasuredPath walked = run.whole(Measure.STEPS, bytes - 1, new MemoryStore(), Monitor.NONE);

      assertThat(bytes).isEqualTo(4 * steps * 98_666);
      assertThat(kept.mode()).isEqualTo(Measure.Mode.TRAJECTORY);
      assertThat(walked.mode()).isEqualTo(Measure.Mode.REPLAY);
      assertThat(kept.segments().get(0).steps()).isEqualTo(walked.segments().get(0).steps());
      assertThat(kept.segments().get(0).drift()).isZero();
    }
  }

  @Test
  void aPathThatAnEarlierRunBeganIsWalkedAgain() throws IOException {
    String json = trials().get(0);
    Walked undisturbed = walk(json, 1);
    MemoryStore store = new MemoryStore();
    try (TrialRun run = run(json)) {
      assertThatThrownBy(
              () ->
                  run.record(
                      4, List.of(), store, new CountingMonitor(undisturbed.recording.steps() / 2)))
          .isInstanceOf(CancellationException.class);

      MeasuredPath path = run.whole(Measure.STEPS, Long.MAX_VALUE, store, Monitor.NONE);

      assertThat(path.mode()).isEqualTo(Measure.Mode.REPLAY);
      assertThat(path.segments().stream().flatMap(segment -> segment.steps().stream()).toList())
          .isEqualTo(undisturbed.steps);
    }
  }

  @Test
  void aDivergingPathIsKeptUpToThere() throws IOException {
    String json = trial("{type: mlp, hidden: [32]}", SHAPES, "{type: sgd, lr: 1e6}", "");
    Walked walked = walk(json, 1);
    try (TrialRun run = run(json)) {
      MeasuredPath path = run.whole(Measure.STEPS, Long.MAX_VALUE, new MemoryStore(), Monitor.NONE);

      assertThat(path.mode()).isEqualTo(Measure.Mode.TRAJECTORY);
      assertThat(path.recording().diverged()).isTrue();
      assertThat(path.segments().get(0).steps()).isEqualTo(walked.steps);
    }
  }

  @Test
  void aDamagedCheckpointIsNotUsed() throws IOException {
    String json = trials().get(0);
    Walked walked = walk(json, 3);
    byte[] damaged = walked.store.files.get("final.safetensors").clone();
    damaged[damaged.length - 5] ^= 1;
    walked.store.files.put("final.safetensors", damaged);

    try (TrialRun run = run(json)) {
      assertThatThrownBy(
              () -> run.replay(walked.recording, Measure.STEPS, 0, walked.store, Monitor.NONE))
          .hasMessageContaining("final.safetensors")
          .hasMessageContaining("checksum");
      run.record(3, List.of(), walked.store, Monitor.NONE);
      assertThat(run.replay(walked.recording, Measure.STEPS, 2, walked.store, Monitor.NONE).drift())
          .isZero();
    }
  }

  static String trial(String architecture, String dataset, String optimizer, String more) {
    return "{architecture: %s, dataset: %s, batch-size: 8, optimizer: %s, epochs: 2%s}"
        .formatted(architecture, dataset, optimizer, more);
  }

  static Walked walk(String json, int segments) throws IOException {
    return walk(json, segments, Measure.STEPS, new MemoryStore());
  }

  static Walked walk(String json, int segments, Measure measure, MemoryStore store)
      throws IOException {
    try (TrialRun run = run(json)) {
      return walk(run, segments, measure, store);
    }
  }

  private static Walked walk(TrialRun run, int segments, Measure measure, MemoryStore store)
      throws IOException {
    Recording recording = run.record(segments, measure.references(), store, Monitor.NONE);
    List<StepRecord> steps = new ArrayList<>();
    List<Besides> besides = new ArrayList<>();
    double drift = 0;
    for (int segment = 0; segment < recording.segments(); segment++) {
      ReplayedSegment replayed = run.replay(recording, measure, segment, store, Monitor.NONE);
      steps.addAll(replayed.steps());
      besides.add(replayed.besides());
      drift += replayed.drift();
    }
    return new Walked(store, recording, steps, besides, drift);
  }

  /** The state from which the path starts, as a file. */
  static byte[] start(String json) throws IOException {
    MemoryStore store = new MemoryStore();
    try (TrialRun run = run(json)) {
      run.writeStart(store);
    }
    return store.files.get("step-0.safetensors");
  }

  static TrialRun run(String json) {
    return run(json, DeviceUse.of(TestDevice.device(), 0));
  }

  private static TrialRun run(String json, DeviceUse use) {
    Trial trial = Trials.parse(json);
    Dataset dataset = trial.dataset().load(Path.of("."));
    return new TrialRun(trial, dataset, TestDevice.device(), 1, use);
  }

  /**
   * @param besides of each segment
   */
  record Walked(
      MemoryStore store,
      Recording recording,
      List<StepRecord> steps,
      List<Besides> besides,
      double drift) {}

  /** The data of the final checkpoint, without its header, which holds a time. */
  private static String data(MemoryStore store) {
    byte[] file = store.files.get("final.safetensors");
    long header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return HexFormat.of().formatHex(file, (int) header + 8, file.length);
  }

  private static final class CountingMonitor implements Monitor {
    private final long most;
    private long steps;

    CountingMonitor(long most) {
      this.most = most;
    }

    @Override
    public void stepped() {
      steps++;
    }

    @Override
    public boolean stopped() {
      return steps >= most;
    }
  }
}
