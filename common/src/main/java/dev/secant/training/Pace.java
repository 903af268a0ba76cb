package dev.secant.training;

import dev.secant.data.Dataset;
import dev.secant.engine.Device;
import dev.secant.engine.Engine;
import dev.secant.engine.Scope;
import dev.secant.sweep.Measure;
import dev.secant.sweep.Trial;
import java.util.List;

/** How long the steps of a trial take, plain and measured, without checkpoints and tables. */
public final class Pace implements AutoCloseable {
  private static final double MILLION = 1e6;

  private final Trial trial;
  private final Scope root;
  private final TrainingRun run;
  private final State state;
  private final ReferencePoint reference;
  private double walkedSeconds;

  /**
   * @param threads threads that one operation may use
   * @param imageMemory bytes of a GPU's memory that the images of the dataset may take
   * @throws dev.secant.config.InputException where the device cannot be used
   */
  public Pace(Trial trial, Dataset dataset, Device device, int threads, long imageMemory) {
    this.trial = trial;
    this.root = Engine.open(device, threads);
    this.run = new TrainingRun(trial, dataset, root, DeviceUse.of(device, imageMemory));
    this.state = run.initialState(root);
    this.reference = new ReferencePoint("final", root.zeros(run.network().size()));
  }

  /** Numbers in the weight vector. */
  public int weights() {
    return run.network().size();
  }

  /** Milliseconds that each of the next steps takes on average when nobody looks on. */
  public double plain(int steps) {
    return walk(steps, List.of());
  }

  /** The same with the columns of every step measured towards one point. */
  public double measured(int steps) {
    try (Scope scope = root.child();
        Measurement measurement =
            new Measurement(
                trial, run, Measure.STEPS, List.of(reference), state.step() + 1 + steps, scope)) {
      // The first one may also make room for the weights before a step, once a trial.
      walk(1, measurement.observers());
      return walk(steps, measurement.observers());
    }
  }

  /** The part of all steps' time, 0 to 1, in which they waited for their samples. */
  public double dataWaitShare() {
    return run.waitSeconds() / walkedSeconds;
  }

  private double walk(int steps, List<Observer> observers) {
    long start = System.nanoTime();
    try {
      run.walk(state, state.step() + steps, observers, Monitor.NONE);
    } catch (Diverged e) {
      throw new IllegalStateException("the learning rate is too large to time steps with", e);
    }
    double milliseconds = (System.nanoTime() - start) / MILLION;
    walkedSeconds += milliseconds / 1000;
    return milliseconds / steps;
  }

  @Override
  public void close() {
    run.close();
    root.close();
  }
}
