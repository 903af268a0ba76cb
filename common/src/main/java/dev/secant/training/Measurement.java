package dev.secant.training;

import dev.secant.engine.Scope;
import dev.secant.sweep.Measure;
import dev.secant.sweep.Trial;
import dev.secant.table.StepRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The observers that measure one segment of a path. */
final class Measurement implements AutoCloseable {
  private final PathObserver path;
  private final Optional<ProbeObserver> probes;
  private final Optional<LagObserver> lags;
  private final Optional<LayerObserver> layers;
  private final Optional<FullBatchObserver> fullBatch;

  /**
   * @param end the step after the segment's last
   * @param scope where room for more vectors is taken
   */
  Measurement(
      Trial trial,
      TrainingRun run,
      Measure measure,
      List<ReferencePoint> references,
      long end,
      Scope scope) {
    int size = run.network().size();
    double decay = trial.weightDecay();
    path = new PathObserver(references, decay, scope);
    probes =
        measure.probes().batches() == 0
            ? Optional.empty()
            : Optional.of(new ProbeObserver(run, measure.probes(), references, decay));
    lags =
        measure.lags().lags().isEmpty()
            ? Optional.empty()
            : Optional.of(new LagObserver(measure.lags(), end, references, size, scope));
    layers =
        measure.layersEvery() == 0
            ? Optional.empty()
            : Optional.of(
                new LayerObserver(run.network().weights(), measure.layersEvery(), references));
    fullBatch =
        measure.fullBatchEvery() == 0
            ? Optional.empty()
            : Optional.of(new FullBatchObserver(run, measure.fullBatchEvery(), references));
  }

  /** Those that look on in the segment. */
  List<Observer> observers() {
    List<Observer> observers = new ArrayList<>();
    observers.add(path);
    probes.ifPresent(observers::add);
    lags.ifPresent(observers::add);
    layers.ifPresent(observers::add);
    fullBatch.ifPresent(observers::add);
    return observers;
  }

  /** Those that need some steps after the segment's end as well. */
  List<LagObserver> waiting() {
    return lags.stream().toList();
  }

  List<StepRecord> steps() {
    return path.records();
  }

  Besides besides() {
    return new Besides(
        probes.map(ProbeObserver::records).orElse(List.of()),
        lags.map(LagObserver::records).orElse(List.of()),
        layers.map(LayerObserver::records).orElse(List.of()),
        fullBatch.map(FullBatchObserver::records).orElse(List.of()));
  }

  @Override
  public void close() {
    path.close();
    probes.ifPresent(ProbeObserver::close);
    lags.ifPresent(LagObserver::close);
    layers.ifPresent(LayerObserver::close);
    fullBatch.ifPresent(FullBatchObserver::close);
  }
}
