package dev.secant.training;

import dev.secant.architecture.Network;
import dev.secant.data.Dataset;
import dev.secant.engine.Device;
import dev.secant.engine.Engine;
import dev.secant.engine.Scope;
import dev.secant.sweep.Measure;
import dev.secant.sweep.Reference;
import dev.secant.sweep.Trial;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A trial walked twice on the same path: {@link #record} finds its end w*, {@link #replay} walks it
 * again, segment by segment, and measures.
 */
public final class TrialRun implements AutoCloseable {
  private final Trial trial;
  private final Dataset dataset;
  private final int threads;
  private final Scope root;
  private final TrainingRun run;

  /** A run on the processor. */
  public TrialRun(Trial trial, Dataset dataset, int threads) {
    this(trial, dataset, Device.CPU, threads);
  }

  /**
   * @param device where all tensors of the run live
   * @param threads threads that one operation may use; with the kind of device part of what
   *     determines the path
   * @throws dev.secant.config.InputException where the device cannot be used
   */
  public TrialRun(Trial trial, Dataset dataset, Device device, int threads) {
    this(trial, dataset, device, threads, 0);
  }

  /**
   * @param imageMemory bytes of a GPU's memory that the images of a dataset may take; it then cuts
   *     and normalises the samples
   */
  public TrialRun(Trial trial, Dataset dataset, Device device, int threads, long imageMemory) {
    this(trial, dataset, device, threads, DeviceUse.of(device, imageMemory));
  }

  TrialRun(Trial trial, Dataset dataset, Device device, int threads, DeviceUse use) {
    this.trial = trial;
    this.dataset = dataset;
    this.threads = threads;
    this.root = Engine.open(device, threads);
    try {
      this.run = new TrainingRun(trial, dataset, root, use);
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
   * The record pass: trains to the end, leaves a checkpoint at every segment boundary but the
   * path's start, which follows from the trial, and finds the reference points. Goes on from the
   * last whole checkpoint in the store; where the pass was complete, only reads what it found.
   *
   * @param segments parts of about equal length, at most one a step
   * @throws java.util.concurrent.CancellationException where the monitor asked to stop
   */
  public Recording record(
      int segments, List<Reference> references, CheckpointStore store, Monitor monitor)
      throws IOException {
    return record(segments, references, store, monitor, Optional.empty());
  }

  private Recording record(
      int segments,
      List<Reference> references,
      CheckpointStore store,
      Monitor monitor,
      Optional<KeptPath> kept)
      throws IOException {
    Recording recording = path(segments, store, monitor, kept);
    points(store).find(recording, references, monitor);
    return recording;
  }

  /** Writes the path's start as a checkpoint of step 0, for those who want to have it. */
  public void writeStart(CheckpointStore store) throws IOException {
    try (Scope scope = root.child()) {
      List<ByteBuffer> vectors = run.initialState(scope).vectors();
      Checkpoint start = new Checkpoint(0, vectors, new EpochObserver(run).save(), 0, 0);
      checkpoints(store).write("step-0.safetensors", start);
    }
  }

  /** The memory that keeping a path of this network takes, in bytes. */
  public static long trajectoryBytes(long steps, Network network) {
    return KeptPath.bytes(steps, network.size(), network.buffers().size());
  }

  /**
   * Walks and measures the whole path at once. Where the path fits the memory it is kept while it
   * is walked, and measured when its end is known; otherwise, and where an earlier run had begun
   * the path, it is walked again.
   *
   * @param memory bytes that a kept path may take
   */
  public MeasuredPath whole(Measure measure, long memory, CheckpointStore store, Monitor monitor)
      throws IOException {
    if (trajectoryBytes(run.steps(), run.network()) <= memory) {
      try (KeptPath kept = new KeptPath(root)) {
        Recording recording = record(1, measure.references(), store, monitor, Optional.of(kept));
        Optional<Checkpoint> end = kept.end();
        if (end.isPresent() && kept.steps().size() == recording.steps()) {
          ReplayedSegment measured = walkAlong(recording, measure, kept, end.get(), store, monitor);
          return new MeasuredPath(recording, List.of(measured), Measure.Mode.TRAJECTORY);
        }
      }
    }
    Recording recording = record(1, measure.references(), store, monitor);
    List<ReplayedSegment> segments = new ArrayList<>();
    // More than one where an earlier run, which was stopped, had begun to cut the path.
    for (int segment = 0; segment < recording.segments(); segment++) {
      segments.add(replay(recording, measure, segment, store, monitor));
    }
    return new MeasuredPath(recording, segments, Measure.Mode.REPLAY);
  }

  private ReplayedSegment walkAlong(
      Recording recording,
      Measure measure,
      KeptPath kept,
      Checkpoint end,
      CheckpointStore store,
      Monitor monitor) {
    long start = System.nanoTime();
    double waited = run.waitSeconds();
    monitor.begins(Monitor.Pass.REPLAY, 0);
    try (Scope scope = root.child()) {
      List<ReferencePoint> references =
          points(store).read(recording, measure.references(), end, scope);
      try (Measurement measurement =
          new Measurement(trial, run, measure, references, recording.steps(), scope)) {
        State state = kept.start().orElseGet(() -> run.initialState(scope));
        run.walkAlong(kept, state, measurement.observers(), monitor);
        return new ReplayedSegment(
            0,
            measurement.steps(),
            measurement.besides(),
            end.drift(state.vectors()),
            seconds(start),
            run.waitSeconds() - waited);
      }
    }
  }

  private Recording path(
      int segments, CheckpointStore store, Monitor monitor, Optional<KeptPath> kept)
      throws IOException {
    Checkpoints checkpoints = checkpoints(store);
    Optional<Recording> recorded = RecordingFile.read(store);
    if (recorded.isPresent() && checkpoints.areWhole(recorded.get().boundaries())) {
      return recorded.get();
    }
    List<Long> boundaries = RecordingFile.boundaries(store, boundaries(segments));
    Recording recording;
    try {
      recording = recordTo(boundaries, "", checkpoints, monitor, kept);
    } catch (Diverged divergence) {
      recording = recordDiverged(boundaries, divergence, checkpoints, monitor, kept);
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
      Recording recording, Measure measure, int segment, CheckpointStore store, Monitor monitor) {
    long start = System.nanoTime();
    double waited = run.waitSeconds();
    Checkpoints checkpoints = checkpoints(store);
    Checkpoint to = checkpoints.required(Checkpoints.name(recording.boundaries(), segment + 1));
    monitor.begins(Monitor.Pass.REPLAY, recording.boundaries().get(segment));
    try (Scope scope = root.child()) {
      State state = start(recording.boundaries(), segment, checkpoints, scope);
      List<ReferencePoint> references =
          points(store).read(recording, measure.references(), to, scope);
      try (Measurement measurement =
          new Measurement(trial, run, measure, references, to.step(), scope)) {
        run.walk(state, to.step(), measurement.observers(), monitor);
        double drift = to.drift(state.vectors());
        for (LagObserver lags : measurement.waiting()) {
          long until = Math.min(recording.steps(), lags.waitsUntil());
          run.walk(state, until, List.of(lags), monitor.uncounted());
        }
        return new ReplayedSegment(
            segment,
            measurement.steps(),
            measurement.besides(),
            drift,
            seconds(start),
            run.waitSeconds() - waited);
      }
    } catch (Diverged e) {
      throw new IllegalStateException("the replay left the recorded path: " + e.getMessage(), e);
    }
  }

  private State start(List<Long> boundaries, int segment, Checkpoints checkpoints, Scope scope) {
    if (Checkpoints.isStart(boundaries, segment)) {
      return run.initialState(scope);
    }
    Checkpoint from = checkpoints.required(Checkpoints.name(boundaries, segment));
    return State.of(scope, from.vectors(), from.step());
  }

  /**
   * Walks the path from its start and writes chosen steps, and the path's end, as safetensors with
   * the names of PyTorch's {@code state_dict}; see {@link ExportObserver}.
   *
   * @param steps from 0, all of them below {@code end}
   * @param end the length of the path
   * @param store whose final checkpoint, where it was kept, saves the walk to the end
   * @param folder must exist
   */
  public void export(Set<Long> steps, long end, CheckpointStore store, Path folder, Monitor monitor)
      throws IOException {
    ExportObserver export = new ExportObserver(trial, run.network(), steps, folder);
    try (Scope scope = root.child()) {
      State state = run.initialState(scope);
      run.walk(state, Collections.max(steps) + 1, List.of(export), monitor);
      Optional<Checkpoint> kept = checkpoints(store).read(Checkpoints.FINAL);
      if (kept.isPresent()) {
        state = State.of(scope, kept.get().vectors(), kept.get().step());
      } else {
        run.walk(state, end, List.of(), monitor);
      }
      export.writeFinal(state);
    } catch (Diverged e) {
      throw new IllegalStateException("the walk left the recorded path: " + e.getMessage(), e);
    }
  }

  private Recording recordTo(
      List<Long> boundaries,
      String divergence,
      Checkpoints checkpoints,
      Monitor monitor,
      Optional<KeptPath> kept)
      throws IOException, Diverged {
    long start = System.nanoTime();
    kept.ifPresent(KeptPath::restart);
    double waited = run.waitSeconds();
    EpochObserver epochs = new EpochObserver(run);
    List<Observer> observers = new ArrayList<>(List.of(epochs));
    kept.ifPresent(observers::add);
    try (Scope scope = root.child()) {
      Optional<Checkpoint> last = checkpoints.lastBeforeGap(boundaries);
      State state =
          last.map(checkpoint -> State.of(scope, checkpoint.vectors(), checkpoint.step()))
              .orElseGet(() -> run.initialState(scope));
      double before = last.map(Checkpoint::seconds).orElse(0.0);
      double waitedBefore = last.map(Checkpoint::waitSeconds).orElse(0.0) - waited;
      last.ifPresent(checkpoint -> epochs.restore(checkpoint.epochs()));
      monitor.begins(Monitor.Pass.RECORD, state.step());
      for (int i = 0; i < boundaries.size(); i++) {
        if (boundaries.get(i) < state.step()) {
          continue;
        }
        run.walk(state, boundaries.get(i), observers, monitor);
        if (Checkpoints.isStart(boundaries, i)) {
          continue;
        }
        Checkpoint checkpoint =
            new Checkpoint(
                state.step(),
                state.vectors(),
                epochs.save(),
                before + seconds(start),
                waitedBefore + run.waitSeconds());
        checkpoints.write(Checkpoints.name(boundaries, i), checkpoint);
        if (i == boundaries.size() - 1) {
          kept.ifPresent(path -> path.end(state, checkpoint));
        }
      }
      return new Recording(
          state.step(),
          boundaries,
          divergence,
          epochs.epochs(),
          before + seconds(start),
          waitedBefore + run.waitSeconds());
    }
  }

  /** The path of a diverged trial ends at its last finite weights. */
  private Recording recordDiverged(
      List<Long> boundaries,
      Diverged divergence,
      Checkpoints checkpoints,
      Monitor monitor,
      Optional<KeptPath> kept)
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
        Recording recording =
            recordTo(shorter, divergence.getMessage(), checkpoints, monitor, kept);
        if (end == 0 || finite(checkpoints)) {
          return recording;
        }
      } catch (Diverged again) {
        throw new IllegalStateException("the path left its course when walked again", again);
      }
    }
  }

  private static boolean finite(Checkpoints checkpoints) {
    FloatBuffer weights =
        checkpoints
            .required(Checkpoints.FINAL)
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

  private Checkpoints checkpoints(CheckpointStore store) {
    return new Checkpoints(store, run.network(), trial);
  }

  private ReferencePoints points(CheckpointStore store) {
    return new ReferencePoints(trial, dataset, threads, root, run, store);
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
