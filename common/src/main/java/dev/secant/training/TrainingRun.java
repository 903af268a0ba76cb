package dev.secant.training;

import dev.secant.architecture.Network;
import dev.secant.data.Batch;
import dev.secant.data.Dataset;
import dev.secant.engine.Scope;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import dev.secant.sweep.Trial;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * The training loop. Record and replay are this same loop, from another state and with other
 * observers: where it goes is a function of the trial and the state alone.
 */
final class TrainingRun implements AutoCloseable {
  private final Trial trial;
  private final Dataset dataset;
  private final Scope root;
  private final Network network;
  private final NetworkProgram program;
  private final OptimizerProgram optimizer;
  private final Batch batch;
  private final long stepsPerEpoch;
  private int[] order = {};
  private long orderedEpoch = -1;

  TrainingRun(Trial trial, Dataset dataset, Scope root) {
    this.trial = trial;
    this.dataset = dataset;
    this.root = root;
    this.network = trial.architecture().network(dataset.task());
    this.program = new NetworkProgram(network);
    this.optimizer = new OptimizerProgram(trial);
    this.batch = new Batch(dataset.task(), trial.batchSize());
    this.stepsPerEpoch = dataset.trainSize() / trial.batchSize();
  }

  Network network() {
    return network;
  }

  /** The number T of steps in the whole run. */
  long steps() {
    return stepsPerEpoch * trial.epochs();
  }

  State initialState() {
    return State.initial(root, network, trial.optimizer(), trial.seeds().init());
  }

  /**
   * Trains from the state's step to {@code until}.
   *
   * @throws Diverged at the first step whose loss is not finite or beyond the trial's bound; the
   *     state then holds the weights of that step
   * @throws CancellationException where the monitor asked to stop
   */
  void walk(State state, long until, List<Observer> observers, Monitor monitor) throws Diverged {
    while (state.step() < until) {
      if (monitor.stopped()) {
        throw new CancellationException("stopped at step " + state.step());
      }
      long t = state.step();
      try (Scope scope = root.child()) {
        readBatch(t);
        NetworkProgram.Gradient gradient = program.gradient(scope, state, batch, dropoutSeeds(t));
        if (!(gradient.loss() <= trial.maxLoss())) {
          throw new Diverged(t, gradient.loss(), trial.maxLoss());
        }
        Step step = step(scope, t, gradient, state);
        observers.forEach(observer -> observer.beforeUpdate(step));
        optimizer.update(scope, state, gradient.vector(), step.learningRate());
        state.advance();
        observers.forEach(observer -> observer.afterUpdate(step));
      }
      monitor.stepped();
    }
  }

  /** Losses and scores over the validation samples; empty sums where there are none. */
  Tally validate(Scope scope, State state) {
    double[] sums = program.emptySums();
    int size = dataset.validationSize();
    Batch samples = new Batch(dataset.task(), Math.max(1, Math.min(size, trial.batchSize())));
    for (int from = 0; from < size; from += samples.capacity()) {
      try (Scope part = scope.child()) {
        dataset.readValidation(from, Math.min(samples.capacity(), size - from), samples);
        program.evaluate(part, state, samples, sums);
      }
    }
    return Tally.of(sums);
  }

  private Step step(Scope scope, long t, NetworkProgram.Gradient gradient, State state) {
    double learningRate =
        trial.optimizer().learningRate() * trial.schedule().factor(t, stepsPerEpoch, steps());
    boolean last = (t + 1) % stepsPerEpoch == 0;
    int epoch = Math.toIntExact(t / stepsPerEpoch);
    return new Step(scope, t, epoch, last, learningRate, gradient, state);
  }

  private void readBatch(long t) {
    long epoch = t / stepsPerEpoch;
    if (epoch != orderedEpoch) {
      order =
          RandomStream.at(trial.seeds().order(), Purpose.SAMPLE_ORDER, epoch)
              .permutation(dataset.trainSize());
      orderedEpoch = epoch;
    }
    int from = Math.toIntExact(t % stepsPerEpoch) * trial.batchSize();
    int[] samples = Arrays.copyOfRange(order, from, from + trial.batchSize());
    RandomStream augmentation = RandomStream.at(trial.seeds().noise(), Purpose.AUGMENTATION, t);
    dataset.readTrain(samples, augmentation, batch);
  }

  private long[] dropoutSeeds(long t) {
    long[] seeds = new long[network.dropouts()];
    for (int layer = 0; layer < seeds.length; layer++) {
      seeds[layer] = RandomStream.address(trial.seeds().noise(), Purpose.DROPOUT, t, layer) >>> 1;
    }
    return seeds;
  }

  @Override
  public void close() {
    program.close();
    optimizer.close();
  }
}
