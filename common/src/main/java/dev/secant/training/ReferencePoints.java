package dev.secant.training;

import dev.secant.config.InputException;
import dev.secant.data.Dataset;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.sweep.Reference;
import dev.secant.sweep.Trial;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the reference points of a recorded path and leaves them beside its checkpoints, where every
 * segment's replay reads them. A point on the path is found by walking there again from the last
 * checkpoint before it; so it does not matter how often the record pass was interrupted.
 */
final class ReferencePoints {
  private final Trial trial;
  private final Dataset dataset;
  private final int threads;
  private final Scope root;
  private final TrainingRun run;
  private final CheckpointStore store;
  private final Checkpoints checkpoints;

  ReferencePoints(
      Trial trial,
      Dataset dataset,
      int threads,
      Scope root,
      TrainingRun run,
      CheckpointStore store) {
    this.trial = trial;
    this.dataset = dataset;
    this.threads = threads;
    this.root = root;
    this.run = run;
    this.store = store;
    this.checkpoints = new Checkpoints(store, run.network(), trial);
  }

  /**
   * Leaves each point in the store, unless it is there already.
   *
   * @param monitor may end the search; the steps of it are not counted
   * @throws InputException where a point cannot be had
   */
  void find(Recording recording, List<Reference> references, Monitor monitor) throws IOException {
    Monitor uncounted = monitor.uncounted();
    for (Reference reference : references) {
      if (isCheckpoint(reference)
          || !recording.has(reference)
          || checkpoints.hasPoint(file(reference))) {
        continue;
      }
      if (reference instanceof Reference.BestValidation) {
        walkTo(recording, recording.bestStep().orElseThrow(), reference, uncounted);
      } else if (reference instanceof Reference.AverageLast average) {
        average(recording, average, uncounted);
      } else if (reference instanceof Reference.Sibling sibling) {
        sibling(sibling, uncounted);
      } else if (reference instanceof Reference.OfTrial other) {
        ofTrial(other);
      } else if (reference instanceof Reference.OfFile file) {
        write(reference, NamedWeights.read(Path.of(file.path())));
      }
    }
  }

  /**
   * The points that the path has, read from the store into {@code scope}.
   *
   * @param read a checkpoint of the path that was read already; the last one is not read again
   */
  List<ReferencePoint> read(
      Recording recording, List<Reference> references, Checkpoint read, Scope scope) {
    List<ReferencePoint> points = new ArrayList<>();
    for (Reference reference : references) {
      if (!recording.has(reference)) {
        continue;
      }
      Tensor weights;
      if (reference instanceof Reference.Final) {
        Checkpoint end =
            read.step() == recording.steps() ? read : checkpoints.required(Checkpoints.FINAL);
        weights = weights(end.vectors().get(0), scope);
      } else if (reference instanceof Reference.Initial) {
        try (Scope passing = scope.child()) {
          weights = scope.copyOf(run.initialState(passing).weights());
        }
      } else {
        weights = weights(checkpoints.requiredPoint(file(reference)), scope);
      }
      points.add(new ReferencePoint(reference.name(), weights));
    }
    return points;
  }

  private Tensor weights(ByteBuffer bytes, Scope scope) {
    return scope.here(scope.floats(bytes, run.network().size()));
  }

  private static boolean isCheckpoint(Reference reference) {
    return reference instanceof Reference.Final || reference instanceof Reference.Initial;
  }

  private static String file(Reference reference) {
    return "reference-" + reference.name() + ".safetensors";
  }

  private void walkTo(Recording recording, long step, Reference reference, Monitor monitor)
      throws IOException {
    try (Scope scope = root.child()) {
      State state = nearest(scope, recording, step);
      walk(state, step, List.of(), monitor);
      checkpoints.writePoint(file(reference), state.weights().view(), state.buffers().view());
    }
  }

  private void average(Recording recording, Reference.AverageLast average, Monitor monitor)
      throws IOException {
    long points = recording.points(average);
    try (Scope scope = root.child();
        Vectors vectors = new Vectors()) {
      long first = recording.steps() - points + 1;
      State state = nearest(scope, recording, first);
      walk(state, first, List.of(), monitor);
      Tensor sum = scope.doubleZeros(run.network().size());
      vectors.add(scope, sum, state.weights(), 1.0 / points);
      Observer adding =
          new Observer() {
            @Override
            public void afterUpdate(Step step) {
              vectors.add(step.scope(), sum, step.state().weights(), 1.0 / points);
            }
          };
      walk(state, recording.steps(), List.of(adding), monitor);
      checkpoints.writePoint(
          file(average), vectors.single(scope, sum).view(), state.buffers().view());
    }
  }

  /** Taken from the sibling's own checkpoints where they are there; else the sibling is trained. */
  private void sibling(Reference.Sibling reference, Monitor monitor) throws IOException {
    Trial sibling = trial.sibling(reference.json());
    String id = sibling.id().value();
    Optional<Checkpoint> there =
        new Checkpoints(store.ofTrial(id), run.network(), sibling).read(Checkpoints.FINAL);
    Checkpoint end;
    if (there.isPresent()) {
      end = there.get();
    } else {
      CheckpointStore own = store.part("sibling-" + id + "-");
      try (TrialRun other = new TrialRun(sibling, dataset, root.device(), threads)) {
        Recording recording = other.record(1, List.of(), own, monitor);
        if (recording.diverged()) {
          throw new InputException(
              "reference "
                  + reference.name()
                  + ": trial "
                  + id
                  + " diverges, "
                  + recording.divergence());
        }
      }
      end = new Checkpoints(own, run.network(), sibling).required(Checkpoints.FINAL);
    }
    checkpoints.writePoint(file(reference), end.vectors().get(0), end.vectors().get(1));
  }

  private void ofTrial(Reference.OfTrial reference) throws IOException {
    Optional<InputStream> file = store.ofTrial(reference.trialId()).open(Checkpoints.FINAL);
    try (InputStream in =
        file.orElseThrow(
            () ->
                new InputException(
                    "reference "
                        + reference.name()
                        + ": the output holds no final weights of that trial; run it with"
                        + " measure.keep-checkpoints = true first"))) {
      write(reference, NamedWeights.read(in, "final weights of trial " + reference.trialId()));
    }
  }

  private void write(Reference reference, NamedWeights named) throws IOException {
    float[] weights = new float[run.network().size()];
    named.fill(run.network().weights(), weights);
    ByteBuffer bytes = bytes(weights.length);
    bytes.asFloatBuffer().put(weights);
    checkpoints.writePoint(file(reference), bytes, bytes(run.network().buffers().size()));
  }

  private static ByteBuffer bytes(int size) {
    return ByteBuffer.allocateDirect(size * Float.BYTES).order(ByteOrder.nativeOrder());
  }

  private State nearest(Scope scope, Recording recording, long step) throws IOException {
    return checkpoints
        .last(recording.boundaries().subList(0, recording.segments()), step)
        .map(checkpoint -> State.of(scope, checkpoint.vectors(), checkpoint.step()))
        .orElseGet(() -> run.initialState(scope));
  }

  private void walk(State state, long step, List<Observer> observers, Monitor monitor) {
    try {
      run.walk(state, step, observers, monitor);
    } catch (Diverged e) {
      throw new IllegalStateException("the walk left the recorded path: " + e.getMessage(), e);
    }
  }
}
