package dev.secant.training;

import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.geometry.Lag;
import dev.secant.geometry.LagProgram;
import dev.secant.sweep.Measure;
import dev.secant.table.LagRecord;
import java.util.ArrayList;
import java.util.List;

/** Compares, every so many steps, a gradient with some of those that follow. */
final class LagObserver implements Observer, AutoCloseable {
  private final Measure.Lags lags;
  private final long lastStart;
  private final List<ReferencePoint> references;
  private final Tensor weights;
  private final Tensor gradient;
  private final LagProgram program = new LagProgram();
  private final Vectors vectors = new Vectors();
  private final List<LagRecord> records = new ArrayList<>();
  private long start = -1;
  private int startEpoch;

  /**
   * @param until steps from here on are compared with earlier ones only
   * @param size numbers in a weight vector
   * @param scope where room for two more vectors is taken
   */
  LagObserver(
      Measure.Lags lags, long until, List<ReferencePoint> references, int size, Scope scope) {
    this.lags = lags;
    this.lastStart = until - 1;
    this.references = references;
    this.weights = scope.zeros(size);
    this.gradient = scope.zeros(size);
  }

  List<LagRecord> records() {
    return List.copyOf(records);
  }

  /** The step after the last one that an earlier one is still to be compared with. */
  long waitsUntil() {
    return start < 0 ? 0 : start + lags.largest() + 1;
  }

  @Override
  public boolean looksAt(long step) {
    return begins(step) || isCompared(step);
  }

  private boolean begins(long step) {
    return step % lags.every() == 0 && step <= lastStart;
  }

  private boolean isCompared(long step) {
    return start >= 0 && lags.lags().contains((int) Math.min(step - start, Integer.MAX_VALUE));
  }

  @Override
  public void beforeUpdate(Step step) {
    if (begins(step.index())) {
      start = step.index();
      startEpoch = step.epoch();
      vectors.copy(step.scope(), weights, step.state().weights());
      vectors.copy(step.scope(), gradient, step.gradient().vector(step.scope()));
    }
    if (!isCompared(step.index())) {
      return;
    }
    int lag = (int) (step.index() - start);
    for (ReferencePoint reference : references) {
      Lag between =
          program.between(
              step.scope(),
              weights,
              gradient,
              step.state().weights(),
              step.gradient().vector(step.scope()),
              reference.weights());
      records.add(
          new LagRecord(
              reference.name(), start, startEpoch, lag, between.cosine(), between.movement()));
    }
  }

  @Override
  public void close() {
    program.close();
    vectors.close();
  }
}
