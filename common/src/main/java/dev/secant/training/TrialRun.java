package dev.secant.training;

import dev.secant.data.Dataset;
import dev.secant.engine.Engine;
import dev.secant.engine.Scope;
import dev.secant.sweep.Trial;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A trial walked twice on the same path: {@link #record} finds its end w*, {@link #replay} walks it
 * again, segment by segment, and measures.
 */
public final class TrialRun implements AutoCloseable {
  private static final String FINAL = "final.safetensors";

  private final Trial trial;
  private final Scope root;
  private final TrainingRun run;

  /**
   * @param threads threads that one operation may use; part of what determines the path
   */
  public TrialRun(Trial trial, Dataset dataset, int threads) {
    this.trial = trial;
    this.root = Engine.open(threads);
    try {
      this.run = new TrainingRun(trial, dataset, root);
    } catch (RuntimeException e) {
      root.close();
      throw e;
    }
  }

  /** The number T of steps that the trial takes on a dataset. */
  public static long steps(Trial trial, Dataset dataset) {
    return (long) (dataset.trainSize() / trial.batchSize()) * trial.epochs();
  }

  /**
   * The record pass: trains to the end and leaves a checkpoint at every segment boundary. Goes on
   * from the last whole checkpoint in the store; where the pass was complete, only reads what it
   * found.
   *
   * @param segments parts of about equal length, at most one a step
   * @throws java.util.concurrent.CancellationException where the monitor asked to stop
   */
  public Recording record(int segments, CheckpointStore store, Monitor monitor) throws IOException {
    Optional<Recording> recorded = RecordingFile.read(store);
    if (recorded.isPresent() && checkpoint(store, FINAL).isPresent()) {
      return recorded.get();
    }
    List<Long> boundaries = RecordingFile.boundaries(store, boundaries(segments));
    Recording recording;
    try {
      recording = recordTo(boundaries, "", store, monitor);
    } catch (Diverged divergence) {
      recording = recordDiverged(boundaries, divergence, store, monitor);
    }
    RecordingFile.write(store, recording);
    return recording;
  }

  /**
   * The replay of one segment: walks it from its checkpoint, measures every step, and compares its
   * end with the next checkpoint.
   *
   * @param segment from 0
   */
  public ReplayedSegment replay(
      Recording recording, int segment, CheckpointStore store, Monitor monitor) throws IOException {
    long start = System.nanoTime();
    Checkpoint from = required(store, recording.boundaries(), segment);
    Checkpoint to = required(store, recording.boundaries(), segment + 1);
    ByteBuffer end = required(store, recording.boundaries(), recording.segments()).vectors().get(0);
    try (Scope scope = root.child()) {
      State state = State.of(scope, from.vectors(), from.step());
      int size = run.network().size();
      try (PathObserver path =
          new PathObserver("final", scope.floats(end, size), size, trial.weightDecay(), scope)) {
        run.walk(state, to.step(), List.of(path), monitor);
        return new ReplayedSegment(
            segment, path.records(), to.drift(state.vectors()), seconds(start));
      }
    } catch (Diverged e) {
      throw new IllegalStateException("the replay left the recorded path: " + e.getMessage(), e);
    }
  }

  private Recording recordTo(
      List<Long> boundaries, String divergence, CheckpointStore store, Monitor monitor)
      throws IOException, Diverged {
    long start = System.nanoTime();
    EpochObserver epochs = new EpochObserver(run);
    try (Scope scope = root.child()) {
      Optional<Checkpoint> last = last(boundaries, store);
      State state =
          last.map(checkpoint -> State.of(scope, checkpoint.vectors(), checkpoint.step()))
              .orElseGet(run::initialState);
      double before = last.map(Checkpoint::seconds).orElse(0.0);
      last.ifPresent(checkpoint -> epochs.restore(checkpoint.epochs()));
      for (int i = 0; i < boundaries.size(); i++) {
        if (boundaries.get(i) < state.step()) {
          continue;
        }
        run.walk(state, boundaries.get(i), List.of(epochs), monitor);
        write(store, name(boundaries, i), state, epochs, before + seconds(start));
      }
      return new Recording(
          state.step(), boundaries, divergence, epochs.epochs(), before + seconds(start));
    }
  }

  /** The path of a diverged trial ends at its last finite weights. */
  private Recording recordDiverged(
      List<Long> boundaries, Diverged divergence, CheckpointStore store, Monitor monitor)
      throws IOException {
    for (long end = divergence.step(); ; end--) {
      List<Long> shorter = new ArrayList<>();
      for (long boundary : boundaries) {
        if (boundary < end) {
          shorter.add(boundary);
        }
      }
      shorter.add(end);
      try {
        Recording recording = recordTo(shorter, divergence.getMessage(), store, monitor);
        if (end == 0 || finite(store)) {
          return recording;
        }
      } catch (Diverged again) {
        throw new IllegalStateException("the path left its course when walked again", again);
      }
    }
  }

  private boolean finite(CheckpointStore store) throws IOException {
    FloatBuffer weights =
        checkpoint(store, FINAL)
            .orElseThrow()
            .vectors()
            .get(0)
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    while (weights.hasRemaining()) {
      if (!Float.isFinite(weights.get())) {
        return false;
      }
    }
    return true;
  }

  private List<Long> boundaries(int segments) {
    long steps = run.steps();
    List<Long> boundaries = new ArrayList<>();
    boundaries.add(0L);
    long parts = Math.max(1, Math.min(segments, steps));
    for (long i = 1; i <= parts; i++) {
      boundaries.add(steps * i / parts);
    }
    return boundaries;
  }

  private Optional<Checkpoint> last(List<Long> boundaries, CheckpointStore store)
      throws IOException {
    for (int i = boundaries.size() - 1; i >= 0; i--) {
      Optional<Checkpoint> checkpoint =
          checkpoint(store, "step-" + boundaries.get(i) + ".safetensors");
      if (checkpoint.isPresent()) {
        return checkpoint;
      }
    }
    return Optional.empty();
  }

  /** A checkpoint that can be used; one that is damaged counts as not there. */
  private Optional<Checkpoint> checkpoint(CheckpointStore store, String name) throws IOException {
    Optional<InputStream> file = store.open(name);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = file.get()) {
      return Optional.of(Checkpoint.read(in, run.network(), trial.optimizer().slots()));
    } catch (IOException damaged) {
      return Optional.empty();
    }
  }

  private Checkpoint required(CheckpointStore store, List<Long> boundaries, int index)
      throws IOException {
    String name = name(boundaries, index);
    try (InputStream in = store.open(name).orElseThrow(() -> new IOException("it is not there"))) {
      return Checkpoint.read(in, run.network(), trial.optimizer().slots());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "checkpoint " + name + " cannot be used: " + e.getMessage(), e);
    }
  }

  private void write(
      CheckpointStore store, String name, State state, EpochObserver epochs, double seconds)
      throws IOException {
    Checkpoint checkpoint = new Checkpoint(state.step(), state.vectors(), epochs.save(), seconds);
    store.write(name, out -> checkpoint.write(out, run.network(), trial.optimizer().slots()));
  }

  private static String name(List<Long> boundaries, int index) {
    return index == boundaries.size() - 1
        ? FINAL
        : "step-" + boundaries.get(index) + ".safetensors";
  }

  private static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  @Override
  public void close() {
    run.close();
    root.close();
  }
}
