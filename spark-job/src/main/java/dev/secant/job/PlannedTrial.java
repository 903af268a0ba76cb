package dev.secant.job;

import dev.secant.config.InputException;
import dev.secant.data.Dataset;
import dev.secant.sweep.Trial;
import dev.secant.training.TrialRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A trial that was checked and can start.
 *
 * @param parameters trainable weights
 * @param steps of one pass
 */
public record PlannedTrial(Trial trial, int parameters, long steps) {
  public String id() {
    return trial.id().value();
  }

  /** Work of one pass, in weights times samples: good enough to say which trial takes longest. */
  public double cost() {
    return costOfStep() * steps;
  }

  double costOfStep() {
    return (double) parameters * trial.batchSize();
  }

  /**
   * Checks trials as far as that goes without training: each dataset is read, each network
   * described. A trial named twice is planned once.
   *
   * @throws InputException where one of them cannot run
   */
  public static List<PlannedTrial> of(List<Trial> trials, Path dataRoot) {
    Map<String, PlannedTrial> planned = new LinkedHashMap<>();
    for (Trial trial : trials) {
      planned.computeIfAbsent(trial.id().value(), id -> check(trial, dataRoot));
    }
    return new ArrayList<>(planned.values());
  }

  private static PlannedTrial check(Trial trial, Path dataRoot) {
    Dataset dataset = LoadedDatasets.load(trial.dataset(), dataRoot);
    int parameters = trial.architecture().network(dataset.task()).size();
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
    return new PlannedTrial(trial, parameters, steps);
  }
}
