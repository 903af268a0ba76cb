package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.config.InputException;
import dev.secant.sweep.Measure;
import dev.secant.sweep.Reference;
import dev.secant.table.FullBatchRecord;
import dev.secant.table.ProbeRecord;
import dev.secant.table.StepRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is measured besides every step, the references, and the controls. */
class MeasurementTest {
  private static final Reference.Sibling SIBLING =
      new Reference.Sibling("sibling-order-5", "{\"seeds\":{\"order\":5}}");
  private static final Measure ALL =
      new Measure(
          List.of(
              new Reference.Final(),
              new Reference.Initial(),
              new Reference.BestValidation(),
              new Reference.AverageLast(5),
              SIBLING),
          new Measure.Probes(2, 5),
          new Measure.Lags(List.of(1, 3, 6), 7),
          1,
          4,
          Measure.Mode.AUTO,
          0,
          0,
          false);

  /** Leaves steps between that nobody looks at, one by one and two in a row. */
  private static final Measure NOW_AND_THEN =
      new Measure(
          List.of(new Reference.Final()),
          new Measure.Probes(1, 5),
          new Measure.Lags(List.of(1, 4), 6),
          1,
          7,
          Measure.Mode.AUTO,
          0,
          0,
          false);

  private static final String MLP = "{type: mlp, hidden: [8]}";
  private static final String SHAPES = "{type: shapes, train: 64, validation: 16}";
  private static final String SGD = "{type: sgd, lr: 0.05}";

  @TempDir Path temp;

  static List<String> trials() {
    return TrialRunTest.trials();
  }

  /** The first promise: whatever looks on, the path stays the same to the bit. */
  @ParameterizedTest
  @MethodSource("trials")
  void lookingOnNeverChangesTheRun(String json) throws IOException {
    TrialRunTest.Walked plain = TrialRunTest.walk(json, 1);
    TrialRunTest.Walked measured = TrialRunTest.walk(json, 1, ALL, new MemoryStore());
    TrialRunTest.Walked parts = TrialRunTest.walk(json, 7, ALL, new MemoryStore());

    assertThat(of("final", measured.steps())).isEqualTo(plain.steps());
    assertThat(measured.recording().epochs()).isEqualTo(plain.recording().epochs());
    assertThat(measured.drift()).isZero();
    assertThat(parts.drift()).isZero();
    for (Reference reference : ALL.references()) {
      assertThat(of(reference.name(), parts.steps()))
          .as(reference.name())
          .hasSameSizeAs(plain.steps())
          .isEqualTo(of(reference.name(), measured.steps()));
    }
    assertThat(all(parts, Besides::probes)).isEqualTo(all(measured, Besides::probes)).isNotEmpty();
    assertThat(all(parts, Besides::lags)).isEqualTo(all(measured, Besides::lags)).isNotEmpty();
    assertThat(all(parts, Besides::layers)).isEqualTo(all(measured, Besides::layers)).isNotEmpty();
    assertThat(all(parts, Besides::fullBatch))
        .isEqualTo(all(measured, Besides::fullBatch))
        .isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("trials")
  void aPathKeptInMemoryGivesTheNumbersOfAReplay(String json) throws IOException {
    for (Measure measure : List.of(ALL, NOW_AND_THEN, Measure.STEPS)) {
      TrialRunTest.Walked replayed = TrialRunTest.walk(json, 1, measure, new MemoryStore());

      try (TrialRun run = TrialRunTest.run(json)) {
        MeasuredPath kept = run.whole(measure, Long.MAX_VALUE, new MemoryStore(), Monitor.NONE);

        assertThat(kept.mode()).isEqualTo(Measure.Mode.TRAJECTORY);
        assertThat(kept.recording().epochs()).isEqualTo(replayed.recording().epochs());
        ReplayedSegment segment = kept.segments().get(0);
        assertThat(segment.drift()).isZero();
        assertThat(segment.steps()).isEqualTo(replayed.steps());
        assertThat(segment.besides()).isEqualTo(replayed.besides().get(0));
      }
    }
  }

  @Test
  void everyLagThatThePathHasIsThereOnce() throws IOException {
    TrialRunTest.Walked walked = TrialRunTest.walk(trials().get(0), 5, ALL, new MemoryStore());

    List<String> expected = new ArrayList<>();
    for (int s = 0; s < walked.recording().steps(); s += 7) {
      for (int lag : List.of(1, 3, 6)) {
        if (s + lag < walked.recording().steps()) {
          expected.add(s + "+" + lag);
        }
      }
    }
    assertThat(all(walked, Besides::lags))
        .filteredOn(lag -> lag.reference().equals("final"))
        .extracting(lag -> lag.step() + "+" + lag.lag())
        .containsExactlyElementsOf(expected);
  }

  /** A trial whose minibatch is the whole dataset: its next gradient is the full-batch one. */
  @Test
  void theFullBatchGradientIsThatOfAllSamples() throws IOException {
    TrialRunTest.Walked walked =
        TrialRunTest.walk(trial(64, "epochs: 4"), 1, ALL, new MemoryStore());
    List<StepRecord> steps = of("final", walked.steps());
    List<FullBatchRecord> full =
        all(walked, Besides::fullBatch).stream()
            .filter(record -> record.reference().equals("final"))
            .toList();

    assertThat(full).hasSize(4);
    for (int epoch = 0; epoch < 3; epoch++) {
      for (String column : List.of("loss", "gradient_norm", "inner_product", "rsi", "gamma")) {
        double expected = steps.get(epoch + 1).measure(column);
        assertThat(full.get(epoch).measures().value(index(FullBatchRecord.MEASURES, column)))
            .as(column)
            .isCloseTo(expected, within(2e-5 * Math.abs(expected)));
      }
    }
  }

  /** A learning rate that moves no float32 keeps the weights: parts of any size give the same. */
  @Test
  void theFullBatchGradientDoesNotDependOnItsParts() throws IOException {
    List<FullBatchRecord> records = new ArrayList<>();
    for (int batchSize : List.of(64, 24, 5)) {
      String still = trial(batchSize, "epochs: 1").replace("lr: 0.05", "lr: 1e-30");
      records.add(
          all(TrialRunTest.walk(still, 1, ALL, new MemoryStore()), Besides::fullBatch).get(0));
    }

    for (String column : List.of("loss", "gradient_norm")) {
      double expected = records.get(0).measures().value(index(FullBatchRecord.MEASURES, column));
      for (FullBatchRecord record : records) {
        assertThat(record.measures().value(index(FullBatchRecord.MEASURES, column)))
            .as(column)
            .isCloseTo(expected, within(1e-6 * expected));
      }
    }
  }

  @Test
  void aProbeIsTheSameMinibatchAllAlong() throws IOException {
    String json = trial(64, "epochs: 6");
    TrialRunTest.Walked walked = TrialRunTest.walk(json, 2, ALL, new MemoryStore());
    List<StepRecord> steps = of("final", walked.steps());

    // The minibatch holds every sample, so each probe's gradient is the step's own.
    assertThat(all(walked, Besides::probes)).hasSize(2 * 2 * ALL.references().size());
    for (ProbeRecord probe : all(walked, Besides::probes)) {
      if (probe.reference().equals("final")) {
        double loss = steps.get((int) probe.step()).measure("loss");
        double gamma = steps.get((int) probe.step()).measure("gamma");
        assertThat(probe.measures().value(index(ProbeRecord.MEASURES, "loss")))
            .isCloseTo(loss, within(1e-6));
        assertThat(probe.measures().value(index(ProbeRecord.MEASURES, "gamma")))
            .isCloseTo(gamma, within(1e-5));
      }
    }
  }

  @Test
  void referencesAreThePointsTheyAreNamedAfter() throws IOException {
    String json = trials().get(0);
    MemoryStore store = new MemoryStore();
    TrialRunTest.Walked walked = TrialRunTest.walk(json, 24, ALL, store);
    store.files.put("step-0.safetensors", TrialRunTest.start(json));
    int steps = (int) walked.recording().steps();
    double[][] points = new double[steps + 1][];
    for (int t = 0; t <= steps; t++) {
      points[t] = weights(store, t == steps ? "final" : "step-" + t);
    }
    double[] mean = new double[points[0].length];
    for (int t = steps - 4; t <= steps; t++) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += points[t][i] / 5;
      }
    }
    double[] sibling =
        weights(
            TrialRunTest.walk(json.replace("{architecture", "{seeds.order: 5, architecture"), 1)
                .store(),
            "final");
    int best = (int) walked.recording().bestStep().orElseThrow();

    for (int t = 0; t < steps; t++) {
      assertDistance(walked, "initial", t, points[t], points[0]);
      assertDistance(walked, "best-validation", t, points[t], points[best]);
      assertDistance(walked, "average-last-5", t, points[t], mean);
      assertDistance(walked, SIBLING.name(), t, points[t], sibling);
    }
    assertThat(distance(walked, SIBLING.name(), 0)).isGreaterThan(0);
  }

  @Test
  void aSiblingThatIsThereIsNotTrainedAgain() throws IOException {
    String json = trials().get(0);
    String other = json.replace("{architecture", "{seeds.order: 5, architecture");
    MemoryStore store = new MemoryStore();
    MemoryStore there = store.ofTrial(Trials.parse(other).id().value());
    there.files.putAll(TrialRunTest.walk(other, 1).store().files);

    TrialRunTest.Walked walked = TrialRunTest.walk(json, 1, ALL, store);

    assertThat(store.files.keySet()).noneMatch(name -> name.startsWith("sibling-"));
    assertThat(of(SIBLING.name(), walked.steps()))
        .isEqualTo(of(SIBLING.name(), TrialRunTest.walk(json, 1, ALL, new MemoryStore()).steps()));
  }

  @Test
  void anotherTrialsKeptEndIsAReference() throws IOException {
    String json = trials().get(0);
    String other = trials().get(0).replace("lr: 0.05", "lr: 0.02");
    String id = Trials.parse(other).id().value();
    Measure measure =
        new Measure(
            List.of(new Reference.OfTrial(id)),
            Measure.Probes.NONE,
            Measure.Lags.NONE,
            0,
            0,
            Measure.Mode.AUTO,
            0,
            0,
            false);
    MemoryStore store = new MemoryStore();

    assertThatThrownBy(() -> TrialRunTest.walk(json, 1, measure, store))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(id)
        .hasMessageContaining("keep-checkpoints");
    store.ofTrial(id).files.putAll(TrialRunTest.walk(other, 1).store().files);
    TrialRunTest.Walked walked = TrialRunTest.walk(json, 1, measure, store);

    store.files.put("step-0.safetensors", TrialRunTest.start(json));
    assertDistance(
        walked, "trial-" + id, 0, weights(store, "step-0"), weights(store.ofTrial(id), "final"));
  }

  /** Zero weights and a known bias make the logits known: the loss has a closed form. */
  @Test
  void weightsFromAFileAndLabelSmoothing() throws IOException {
    Path file = temp.resolve("start.safetensors");
    float[] bias = {0.5f, -1, 0, 2, 0.25f, -0.5f, 1, 0, 0, -2};
    write(file, bias);
    double sum = 0;
    double mean = 0;
    for (float b : bias) {
      sum += Math.exp(b);
      mean += b / 10.0;
    }
    double spread = Math.log(sum) - mean;

    double plain = firstLoss(file, 0);
    double smoothed = firstLoss(file, 0.3);

    assertThat(smoothed).isCloseTo(0.7 * plain + 0.3 * spread, within(1e-6));
    assertThat(plain).isNotCloseTo(spread, within(1e-3));
  }

  @Test
  void aFileOfOtherWeightsIsRefusedByName() throws IOException {
    Path file = temp.resolve("start.safetensors");
    write(file, new float[3]);

    assertThatThrownBy(() -> firstLoss(file, 0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("has shape [3] instead of [10]");
    String json = startingFrom(file, 0);
    try (OutputStream out = Files.newOutputStream(file)) {
      Safetensors.write(
          out,
          Map.of(),
          List.of(
              new Safetensors.Named(
                  new Safetensors.Entry("fc1.bias", Safetensors.Type.BF16, List.of(10)),
                  ByteBuffer.allocate(20))));
    }
    assertThatThrownBy(() -> firstLoss(file, 0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("fc1.weight is not there, fc1.bias is BF16 instead of F32");
    assertThatThrownBy(() -> TrialRunTest.walk(json, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("SHA-256");
  }

  /** Noise has the gradient's norm, points nowhere, and is another one at each step. */
  @Test
  void noiseInPlaceOfGradients() throws IOException {
    String json = trial(16, "epochs: 3");
    String noisy = trial(16, "epochs: 3, control: {gradient-noise: true}");
    List<StepRecord> plain = TrialRunTest.walk(json, 1).steps();
    TrialRunTest.Walked walked = TrialRunTest.walk(noisy, 3);
    StepRecord first = walked.steps().get(0);

    assertThat(walked.drift()).isZero();
    assertThat(first.measure("loss")).isEqualTo(plain.get(0).measure("loss"));
    double norm = plain.get(0).measure("gradient_norm");
    assertThat(first.measure("gradient_norm")).isCloseTo(norm, within(1e-5 * norm));
    assertThat(first.measure("update_norm")).isCloseTo(0.05 * norm, within(1e-4 * norm));
    // 24,666 weights: cosines between such vectors are about 0.006.
    MemoryStore store = new MemoryStore();
    TrialRunTest.walk(noisy, 12, Measure.STEPS, store);
    store.files.put("step-0.safetensors", TrialRunTest.start(noisy));
    double[] u0 = minus(weights(store, "step-1"), weights(store, "step-0"));
    double[] u1 = minus(weights(store, "step-2"), weights(store, "step-1"));
    assertThat(dot(u0, u1) / Math.sqrt(dot(u0, u0) * dot(u1, u1))).isCloseTo(0, within(0.05));
  }

  @Test
  void randomLabelsTakeTheSignalAway() throws IOException {
    List<StepRecord> plain = TrialRunTest.walk(trial(16, "epochs: 2"), 1).steps();
    TrialRunTest.Walked random =
        TrialRunTest.walk(trial(16, "epochs: 2, control: {random-labels: 1}"), 3);

    assertThat(random.drift()).isZero();
    assertThat(random.steps().get(0).measure("loss")).isNotEqualTo(plain.get(0).measure("loss"));
  }

  private double firstLoss(Path file, double smoothing) throws IOException {
    return TrialRunTest.walk(startingFrom(file, smoothing), 1).steps().get(0).measure("loss");
  }

  private static String startingFrom(Path file, double smoothing) {
    return trial(
            16,
            "epochs: 1, init-from: {path: \"%s\", sha256: %s}, control: {label-smoothing: %s}"
                .formatted(file, dev.secant.sweep.InitialWeights.of(file).sha256(), smoothing))
        .replace(MLP, "{type: mlp, hidden: []}");
  }

  private static void write(Path file, float[] bias) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      Safetensors.write(
          out,
          Map.of(),
          List.of(
              tensor("fc1.weight", List.of(10, 3072), new float[30720]),
              tensor("fc1.bias", List.of(bias.length), bias)));
    }
  }

  private static Safetensors.Named tensor(String name, List<Integer> shape, float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return new Safetensors.Named(new Safetensors.Entry(name, Safetensors.Type.F32, shape), bytes);
  }

  private static String trial(int batchSize, String more) {
    return "{architecture: %s, dataset: %s, batch-size: %d, optimizer: %s, %s}"
        .formatted(MLP, SHAPES, batchSize, SGD, more);
  }

  private static void assertDistance(
      TrialRunTest.Walked walked, String reference, int t, double[] w, double[] point) {
    double[] d = minus(w, point);
    double expected = Math.sqrt(dot(d, d));
    assertThat(distance(walked, reference, t))
        .as(reference + " at " + t)
        .isCloseTo(expected, within(1e-6 * expected + 1e-7));
  }

  private static double distance(TrialRunTest.Walked walked, String reference, int t) {
    return of(reference, walked.steps()).get(t).measure("distance");
  }

  private static List<StepRecord> of(String reference, List<StepRecord> steps) {
    return steps.stream().filter(step -> step.reference().equals(reference)).toList();
  }

  private static <T> List<T> all(TrialRunTest.Walked walked, Function<Besides, List<T>> which) {
    return walked.besides().stream().flatMap(besides -> which.apply(besides).stream()).toList();
  }

  private static int index(List<dev.secant.table.Column> columns, String name) {
    return columns.stream().map(dev.secant.table.Column::name).toList().indexOf(name);
  }

  private static double[] weights(MemoryStore store, String name) throws IOException {
    List<Double> weights = new ArrayList<>();
    for (Safetensors.Named tensor :
        Safetensors.read(store.open(name + ".safetensors").orElseThrow()).values()) {
      if (!tensor.entry().name().startsWith("optimizer/")) {
        var floats = tensor.data().asFloatBuffer();
        while (floats.hasRemaining()) {
          weights.add((double) floats.get());
        }
      }
    }
    return weights.stream().mapToDouble(w -> w).toArray();
  }

  private static double[] minus(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      difference[i] = a[i] - b[i];
    }
    return difference;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
