package dev.secant.training;

import dev.secant.architecture.Network;
import dev.secant.data.Dataset;
import dev.secant.data.Datasets;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.geometry.StepProducts;
import dev.secant.optimizer.SummedMove;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import dev.secant.sweep.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
  private final Vectors vectors;
  private final Minibatches minibatches;
  private final int block;

  /**
   * @param root where it keeps what it needs all along
   */
  TrainingRun(Trial trial, Dataset dataset, Scope root, DeviceUse use) {
    this.trial = trial;
    this.dataset =
        trial.control().randomLabels() == 0
            ? dataset
            : Datasets.withRandomLabels(
                dataset, trial.control().randomLabels(), trial.seeds().noise());
    this.root = root;
    this.block = use.block();
    this.network = trial.architecture().network(dataset.task());
    Optional<DeviceImages> images =
        this.dataset
            .stored()
            .filter(stored -> DeviceImages.bytes(stored, this.dataset.task()) <= use.imageMemory())
            .map(stored -> new DeviceImages(stored, this.dataset.task(), root));
    this.program =
        new NetworkProgram(network, trial.control().labelSmoothing(), root.device(), images);
    this.optimizer = new OptimizerProgram(trial, program.pieces().sizes(), root.device());
    this.vectors = new Vectors();
    this.minibatches = new Minibatches(trial, this.dataset, network.dropouts(), images.isPresent());
  }

  Network network() {
    return network;
  }

  Minibatches minibatches() {
    return minibatches;
  }

  /** The number T of steps in the whole run. */
  long steps() {
    return minibatches.stepsPerEpoch() * trial.epochs();
  }

  /** How long steps and passes beside them have waited for their samples until now. */
  double waitSeconds() {
    return minibatches.waitSeconds();
  }

  /** The start of the path, with its tensors in this scope. */
  State initialState(Scope scope) {
    return State.initial(scope, network, trial);
  }

  /**
   * Trains from the state's step to {@code until}.
   *
   * @throws Diverged at the first step whose loss is not finite or beyond the trial's bound; the
   *     state may then be some steps further
   * @throws CancellationException where the monitor asked to stop
   */
  void walk(State state, long until, List<? extends Observer> observers, Monitor monitor)
      throws Diverged {
    try (Prefetch.Sequence batches = minibatches.training(state.step(), until);
        Ledger ledger = new Ledger(root, block)) {
      walk(state, until, batches, ledger, observers, monitor);
    }
  }

  private void walk(
      State state,
      long until,
      Prefetch.Sequence batches,
      Ledger ledger,
      List<? extends Observer> observers,
      Monitor monitor)
      throws Diverged {
    while (state.step() < until) {
      if (monitor.stopped()) {
        throw new CancellationException("stopped at step " + state.step());
      }
      long t = state.step();
      try (Scope scope = root.child()) {
        Minibatches.Drawn drawn = batches.next();
        observers.forEach(observer -> observer.beforeGradient(scope, state, drawn.batch()));
        NetworkProgram.Gradient gradient =
            program.gradient(scope, state.weights(), state.buffers(), drawn.batch(), drawn.seeds());
        ledger.add(gradient);
        move(scope, state, List.of(controlled(scope, t, gradient)), observers);
      }
      if (ledger.isFull() || state.step() == until) {
        settle(state, ledger, observers);
      }
      monitor.stepped();
    }
  }

  /**
   * Walks a path again along the gradients that were kept of it. Steps that nobody looks at are
   * made several at once.
   *
   * @param state the path's start
   * @throws CancellationException where the monitor asked to stop
   */
  void walkAlong(KeptPath kept, State state, List<? extends Observer> observers, Monitor monitor) {
    int end = kept.steps().size();
    int settled = 0;
    int next;
    for (int i = 0; i < end; i = next) {
      if (monitor.stopped()) {
        throw new CancellationException("stopped at step " + state.step());
      }
      next = Math.min(end, i + together(state.step(), observers));
      List<KeptPath.Kept> steps = kept.steps().subList(i, next);
      try (Scope scope = root.child()) {
        vectors.copy(scope, state.buffers(), steps.get(steps.size() - 1).buffers());
        move(scope, state, steps.stream().map(KeptPath.Kept::gradient).toList(), observers);
      }
      if (next - settled >= block || next == end) {
        List<Outcome> outcomes = kept.outcomes().subList(settled, next);
        observers.forEach(observer -> observer.settled(outcomes));
        settled = next;
      }
      steps.forEach(step -> monitor.stepped());
    }
  }

  /** How many of the next steps can be made as one, as far as observers mind. */
  private static int together(long step, List<? extends Observer> observers) {
    int steps = 0;
    while (steps < SummedMove.MOST && isUnseen(step + steps, observers)) {
      steps++;
    }
    return Math.max(1, steps);
  }

  private static boolean isUnseen(long step, List<? extends Observer> observers) {
    return observers.stream().noneMatch(observer -> observer.looksAt(step));
  }

  private void move(
      Scope scope,
      State state,
      List<NetworkProgram.Gradient> gradients,
      List<? extends Observer> observers) {
    List<Step> steps = new ArrayList<>();
    for (NetworkProgram.Gradient gradient : gradients) {
      steps.add(step(scope, state.step() + steps.size(), gradient, state));
    }
    steps.forEach(step -> observers.forEach(observer -> observer.beforeUpdate(step)));
    Optional<StepProducts> products =
        observers.stream().flatMap(observer -> observer.products().stream()).findFirst();
    List<OptimizerProgram.Move> moves =
        steps.stream()
            .map(step -> new OptimizerProgram.Move(step.gradient().pieces(), step.learningRate()))
            .toList();
    optimizer.update(scope, state, moves, products);
    for (Step step : steps) {
      state.advance();
      observers.forEach(observer -> observer.afterUpdate(step));
    }
  }

  private void settle(State state, Ledger ledger, List<? extends Observer> observers)
      throws Diverged {
    List<Outcome> outcomes = ledger.settle();
    long first = state.step() - outcomes.size();
    for (int i = 0; i < outcomes.size(); i++) {
      double loss = outcomes.get(i).loss();
      if (!(loss <= trial.maxLoss())) {
        throw new Diverged(first + i, loss, trial.maxLoss());
      }
    }
    observers.forEach(observer -> observer.settled(outcomes));
  }

  /**
   * The gradient over other samples than the step's; leaves the state as it is, BatchNorm's running
   * statistics included.
   */
  NetworkProgram.Gradient gradientAside(Scope scope, State state, Minibatches.Drawn drawn) {
    return program.gradient(
        scope, state.weights(), scope.copyOf(state.buffers()), drawn.batch(), drawn.seeds());
  }

  /** The mean loss over all training samples and its gradient, d numbers. */
  record FullBatch(double loss, Tensor gradient) {}

  /**
   * The gradient of the mean loss over all training samples.
   *
   * @param epoch which augmentation is drawn for
   */
  FullBatch fullBatchGradient(Scope scope, State state, int epoch) {
    Tensor sum = scope.doubleZeros(network.size());
    double loss = 0;
    double count = 0;
    try (Prefetch.Sequence parts = minibatches.fullBatch(epoch)) {
      while (parts.hasNext()) {
        try (Scope inner = scope.child()) {
          NetworkProgram.Gradient gradient = gradientAside(inner, state, parts.next());
          Outcome outcome = gradient.outcome();
          // A part without a single labelled pixel has no mean loss.
          if (outcome.count() > 0) {
            vectors.add(inner, sum, gradient.vector(inner), outcome.count());
            loss += outcome.loss() * outcome.count();
            count += outcome.count();
          }
        }
      }
    }
    Tensor mean = scope.doubleZeros(network.size());
    vectors.add(scope, mean, sum, 1 / count);
    return new FullBatch(loss / count, vectors.single(scope, mean));
  }

  /** Losses and scores over the validation samples; empty sums where there are none. */
  Tally validate(Scope scope, State state) {
    double[] sums = program.emptySums();
    try (Prefetch.Sequence parts = minibatches.validation()) {
      while (parts.hasNext()) {
        try (Scope part = scope.child()) {
          program.evaluate(part, state, parts.next().batch(), sums);
        }
      }
    }
    return Tally.of(sums);
  }

  private Step step(Scope scope, long t, NetworkProgram.Gradient gradient, State state) {
    long stepsPerEpoch = minibatches.stepsPerEpoch();
    double learningRate =
        trial.optimizer().learningRate() * trial.schedule().factor(t, stepsPerEpoch, steps());
    boolean last = (t + 1) % stepsPerEpoch == 0;
    int epoch = Math.toIntExact(t / stepsPerEpoch);
    return new Step(scope, t, epoch, last, learningRate, gradient, state);
  }

  /** What the path follows: the gradient, or noise in its place. */
  private NetworkProgram.Gradient controlled(
      Scope scope, long t, NetworkProgram.Gradient gradient) {
    if (!trial.control().gradientNoise()) {
      return gradient;
    }
    long seed = RandomStream.address(trial.seeds().noise(), Purpose.GRADIENT_NOISE, t) >>> 1;
    Tensor noise = vectors.noise(scope, gradient.vector(scope), seed);
    return gradient.with(scope.split(noise, program.pieces().sizes()));
  }

  @Override
  public void close() {
    minibatches.close();
    program.close();
    optimizer.close();
    vectors.close();
  }
}
