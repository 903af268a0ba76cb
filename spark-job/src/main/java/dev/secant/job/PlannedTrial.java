package dev.secant.job;

import dev.secant.architecture.Network;
import dev.secant.config.InputException;
import dev.secant.data.Dataset;
import dev.secant.data.DatasetSource;
import dev.secant.sweep.Sweep;
import dev.secant.sweep.Trial;
import dev.secant.training.TrialRun;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A trial with what it will take.
 *
 * @param weights the number d of trainable weights
 * @param steps the number T of steps
 */
public record PlannedTrial(Trial trial, long weights, long steps) {

  /**
   * Every trial of a sweep, checked as far as can be without training: datasets read, networks laid
   * out, batch sizes compared with what there is.
   *
   * @throws InputException where a trial cannot run
   */
  public static List<PlannedTrial> plan(Sweep sweep) {
    Map<DatasetSource, Dataset> datasets = new HashMap<>();
    List<PlannedTrial> planned = new ArrayList<>();
    for (Trial trial : sweep.trials()) {
      Dataset dataset =
          datasets.computeIfAbsent(trial.dataset(), source -> source.load(sweep.dataRoot()));
      if (dataset.trainSize() < trial.batchSize()) {
        throw new InputException(
            "batch-size "
                + trial.batchSize()
                + " is larger than the "
                + dataset.trainSize()
                + " training samples of dataset "
                + trial.dataset().type());
      }
      Network network = trial.architecture().network(dataset.task());
      planned.add(new PlannedTrial(trial, network.size(), TrialRun.steps(trial, dataset)));
    }
    return List.copyOf(planned);
  }

  /**
   * A measure of the work: weights times samples times how often a sample uses a weight, which
   * convolutions do once a pixel. Only its order matters.
   */
  public double cost() {
    double uses =
        switch (trial.architecture().type()) {
          case "mlp" -> 1;
          case "transformer-lm" -> 32;
          default -> 256;
        };
    return (double) weights * steps * (trial.batchSize() * uses + 20);
  }
}
