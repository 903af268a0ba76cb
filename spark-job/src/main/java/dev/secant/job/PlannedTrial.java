package dev.secant.job;

import dev.secant.architecture.Network;
import dev.secant.config.InputException;
import dev.secant.data.DataRoot;
import dev.secant.data.Dataset;
import dev.secant.sweep.Control;
import dev.secant.sweep.Reference;
import dev.secant.sweep.Seeds;
import dev.secant.sweep.Trial;
import dev.secant.training.TrialRun;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * A trial that was checked and can start.
 *
 * @param parameters trainable weights
 * @param multiplyAdds of one sample on its way through the network
 * @param steps of one pass
 * @param trajectoryBytes what the path takes when it is kept in memory
 */
public record PlannedTrial(
    Trial trial, int parameters, long multiplyAdds, long steps, long trajectoryBytes) {
  /** Multiply-adds that take as long as a weight's way through memory, once a step. */
  private static final double COST_OF_WEIGHT = 20;

  /** Multiply-adds that take as long as what a step does whatever its size. */
  private static final double COST_OF_CALLS = 5e7;

  public String id() {
    return trial.id().value();
  }

  /** What people know it by: {@code mlp, shapes, batch 32, sgd lr 0.05, seed 0}. */
  public String name() {
    List<String> parts = new ArrayList<>();
    parts.add(trial.architecture().type());
    parts.add(trial.dataset().type());
    parts.add("batch " + trial.batchSize());
    parts.add(
        trial.optimizer().type()
            + " lr "
            + BigDecimal.valueOf(trial.optimizer().learningRate())
                .stripTrailingZeros()
                .toPlainString());
    Seeds seeds = trial.seeds();
    parts.add("seed " + seeds.init());
    if (seeds.order() != seeds.init()) {
      parts.add("order " + seeds.order());
    }
    if (seeds.noise() != seeds.init()) {
      parts.add("noise " + seeds.noise());
    }
    Control control = trial.control();
    if (control.randomLabels() > 0) {
      parts.add("random-labels " + control.randomLabels());
    }
    if (control.gradientNoise()) {
      parts.add("gradient-noise");
    }
    if (control.labelSmoothing() > 0) {
      parts.add("label-smoothing " + control.labelSmoothing());
    }
    return String.join(", ", parts);
  }

  /** Work of one pass, in multiply-adds: good enough to say which trial takes longest. */
  public double cost() {
    return costOfStep() * steps;
  }

  double costOfStep() {
    // There, and back twice: for the inputs and for the weights.
    return 3.0 * multiplyAdds * trial.batchSize() + COST_OF_WEIGHT * parameters + COST_OF_CALLS;
  }

  /** About the size of a checkpoint: float32 weights, and as many again for each slot. */
  long checkpointBytes() {
    return (long) Float.BYTES * parameters * (1 + trial.optimizer().slots().size());
  }

  /**
   * Checks trials as far as that goes without training: each dataset is read, each network
   * described. A trial named twice is planned once.
   *
   * @param configuration how an object store is reached, where the datasets lie in one
   * @throws InputException where one of them cannot run
   */
  public static List<PlannedTrial> of(
      List<Trial> trials,
      List<Reference> references,
      DataRoot dataRoot,
      Configuration configuration) {
    Map<String, PlannedTrial> planned = new LinkedHashMap<>();
    for (Trial trial : trials) {
      planned.computeIfAbsent(
          trial.id().value(), id -> check(trial, references, dataRoot, configuration));
    }
    return new ArrayList<>(planned.values());
  }

  /** The same with datasets in a folder. */
  public static List<PlannedTrial> of(
      List<Trial> trials, List<Reference> references, Path dataRoot) {
    return of(trials, references, DataRoot.of(dataRoot), new Configuration(false));
  }

  private static PlannedTrial check(
      Trial trial, List<Reference> references, DataRoot dataRoot, Configuration configuration) {
    Dataset dataset = LoadedDatasets.load(trial.dataset(), dataRoot, configuration);
    Network network = trial.architecture().network(dataset.task());
    long steps = trial.batchSize() > dataset.trainSize() ? 0 : TrialRun.steps(trial, dataset);
    if (steps < 1) {
      throw new InputException(
          "batch-size "
              + trial.batchSize()
              + " is larger than the training samples of "
              + trial.dataset().type()
              + ", which has "
              + dataset.trainSize());
    }
    references.forEach(reference -> check(reference, trial, dataset, steps));
    return new PlannedTrial(
        trial,
        network.size(),
        network.multiplyAdds(),
        steps,
        TrialRun.trajectoryBytes(steps, network));
  }

  private static void check(Reference reference, Trial trial, Dataset dataset, long steps) {
    if (reference instanceof Reference.BestValidation && dataset.validationSize() == 0) {
      throw wrong(
          reference, "needs validation samples, but " + trial.dataset().type() + " has none");
    } else if (reference instanceof Reference.AverageLast average && average.points() > steps) {
      throw wrong(reference, "asks for more points than the " + steps + " steps of a trial");
    } else if (reference instanceof Reference.Sibling sibling
        && trial.sibling(sibling.json()).equals(trial)) {
      throw wrong(
          reference, "is the trial itself: trial " + trial.id().value() + " is no different");
    }
  }

  private static InputException wrong(Reference reference, String reason) {
    return new InputException("measure.references: " + reference.name() + " " + reason);
  }
}
