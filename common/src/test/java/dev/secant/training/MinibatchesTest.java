package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import dev.secant.data.Batch;
import dev.secant.data.Dataset;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import dev.secant.sweep.Trial;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read ahead is what reading batch after batch gives. */
class MinibatchesTest {
  private static final String SHAPES = "{type: shapes, train: 45, validation: 13}";
  private static final String PHOTOS = "{type: image-folder, folder: photos, size: 16}";

  @TempDir Path root;

  @AfterEach
  void noThreadIsLeft() throws InterruptedException {
    PrefetchTest.assertNoThreadIsLeft();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        SHAPES,
        "{type: scenes, train: 30, validation: 7}",
        "{type: grammar, tokens: 900, validation-tokens: 300}",
        PHOTOS
      })
  void areTheSamplesOfTheirStepWhereverReadingBegins(String source) throws IOException {
    writePhotos();
    Trial trial = trial(source);
    Dataset data = trial.dataset().load(root);
    int size = trial.batchSize();
    long stepsPerEpoch = data.trainSize() / size;
    for (long from : new long[] {0, 1, stepsPerEpoch - 1, stepsPerEpoch}) {
      try (Minibatches minibatches = new Minibatches(trial, data, 2, false);
          Prefetch.Sequence batches = minibatches.training(from, 2 * stepsPerEpoch)) {
        for (long t = from; t < 2 * stepsPerEpoch; t++) {
          int[] order =
              RandomStream.at(4, Purpose.SAMPLE_ORDER, t / stepsPerEpoch)
                  .permutation(data.trainSize());
          int at = (int) (t % stepsPerEpoch) * size;
          Batch expected = new Batch(data.task(), size);
          data.readTrain(
              Arrays.copyOfRange(order, at, at + size),
              RandomStream.at(5, Purpose.AUGMENTATION, t),
              expected);

          Minibatches.Drawn drawn = batches.next();
          assertSame(drawn.batch(), expected);
          assertThat(drawn.seeds())
              .containsExactly(
                  RandomStream.address(5, Purpose.DROPOUT, t, 0) >>> 1,
                  RandomStream.address(5, Purpose.DROPOUT, t, 1) >>> 1);
        }
        assertThat(batches.hasNext()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {SHAPES, PHOTOS})
  void passesBesideThePathLeaveItsBatchesAsTheyAre(String source) throws IOException {
    writePhotos();
    Trial trial = trial(source);
    Dataset data = trial.dataset().load(root);
    Batch whole = new Batch(data.task(), data.validationSize());
    data.readValidation(0, data.validationSize(), whole);
    try (Minibatches alone = new Minibatches(trial, data, 0, false);
        Minibatches minibatches = new Minibatches(trial, data, 0, false);
        Prefetch.Sequence undisturbed = alone.training(0, 4);
        Prefetch.Sequence batches = minibatches.training(0, 4)) {
      while (batches.hasNext()) {
        Batch batch = batches.next().batch();
        assertThat(samples(minibatches.validation())).isEqualTo(data.validationSize());
        assertThat(samples(minibatches.fullBatch(1))).isEqualTo(data.trainSize());
        assertThat(samples(minibatches.probes(3))).isEqualTo(3 * trial.batchSize());
        assertSame(batch, undisturbed.next().batch());
        try (Prefetch.Sequence parts = minibatches.validation()) {
          int bytes = 0;
          while (parts.hasNext()) {
            Batch part = parts.next().batch();
            assertThat(part.inputBytes())
                .isEqualTo(whole.inputBytes().slice(bytes, part.inputBytes().remaining()));
            bytes += part.inputBytes().remaining();
          }
          assertThat(bytes).isEqualTo(whole.inputBytes().remaining());
        }
      }
    }
  }

  @Test
  void aPhotoThatCannotBeReadEndsTheRunWithItsName() throws IOException {
    writePhotos();
    Files.writeString(root.resolve("photos/train/b/2.png"), "not a photo");
    Trial trial = trial(PHOTOS);
    try (TrialRun run = new TrialRun(trial, trial.dataset().load(root), 1)) {
      assertThatThrownBy(() -> run.record(2, List.of(), new MemoryStore(), Monitor.NONE))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("2.png");
    }
  }

  @Test
  void aRunThatStopsOrDivergesLeavesNoThread() throws IOException, InterruptedException {
    Trial trial = trial(SHAPES);
    Dataset data = trial.dataset().load(root);
    Monitor stopping =
        new Monitor() {
          private int steps;

          @Override
          public void stepped() {
            steps++;
          }

          @Override
          public boolean stopped() {
            return steps == 3;
          }
        };
    try (TrialRun run = new TrialRun(trial, data, 1)) {
      assertThatThrownBy(() -> run.record(2, List.of(), new MemoryStore(), stopping))
          .isInstanceOf(CancellationException.class);
    }
    PrefetchTest.assertNoThreadIsLeft();
    Trial diverging = Trials.parse(json(SHAPES).replace("lr: 0.01", "lr: 1e6"));
    try (TrialRun run = new TrialRun(diverging, data, 1)) {
      Recording recording = run.record(2, List.of(), new MemoryStore(), Monitor.NONE);
      assertThat(recording.diverged()).isTrue();
      assertThat(recording.waitSeconds()).isBetween(0.0, recording.seconds());
    }
  }

  @Test
  void theTimeWaitedGoesOnOverAttempts() throws IOException {
    Trial trial = trial(SHAPES);
    Dataset data = trial.dataset().load(root);
    MemoryStore store = new MemoryStore();
    Recording first;
    try (TrialRun run = new TrialRun(trial, data, 1)) {
      first = run.record(3, List.of(), store, Monitor.NONE);
    }
    assertThat(first.waitSeconds()).isPositive().isLessThan(first.seconds());
    try (TrialRun run = new TrialRun(trial, data, 1)) {
      assertThat(run.record(3, List.of(), store, Monitor.NONE).waitSeconds())
          .isEqualTo(first.waitSeconds());
      store.files.remove("recording.json");
      store.files.remove("final.safetensors");
      Recording again = run.record(3, List.of(), store, Monitor.NONE);
      assertThat(again.waitSeconds()).isPositive().isLessThan(again.seconds());
    }
  }

  private static int samples(Prefetch.Sequence sequence) {
    int samples = 0;
    try (sequence) {
      while (sequence.hasNext()) {
        samples += sequence.next().batch().size();
      }
    }
    return samples;
  }

  private static void assertSame(Batch found, Batch expected) {
    assertThat(found.inputBytes()).isEqualTo(expected.inputBytes());
    assertThat(found.targetBytes()).isEqualTo(expected.targetBytes());
  }

  private static Trial trial(String dataset) {
    return Trials.parse(json(dataset));
  }

  private static String json(String dataset) {
    return """
        {architecture: {type: mlp, hidden: [8]}, dataset: %s, batch-size: 5, epochs: 2,
         optimizer: {type: sgd, lr: 0.01}, seeds: {init: 3, order: 4, noise: 5}}
        """
        .formatted(dataset);
  }

  private void writePhotos() throws IOException {
    for (String name : List.of("train/a", "train/b", "val/a", "val/b")) {
      Path folder = Files.createDirectories(root.resolve("photos").resolve(name));
      for (int i = 0; i < 8; i++) {
        BufferedImage photo = new BufferedImage(20 + i, 24, BufferedImage.TYPE_INT_RGB);
        RandomStream noise = RandomStream.at(i, Purpose.GENERATED_DATA, name.length());
        for (int at = 0; at < photo.getWidth() * 24; at++) {
          photo.setRGB(at % photo.getWidth(), at / photo.getWidth(), (int) noise.nextLong());
        }
        ImageIO.write(photo, "png", folder.resolve(i + ".png").toFile());
      }
    }
  }
}
