package dev.secant.cli;

import dev.secant.analysis.TextTable;
import dev.secant.job.PlannedTrial;
import dev.secant.sweep.Trial;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows what a sweep would run. */
@Command(
    name = "plan",
    description = "The trials of a sweep with weights, steps and share of its cost; runs nothing.")
final class PlanCommand implements Callable<Integer> {
  @Mixin private SweepOptions options;

  @Override
  public Integer call() {
    List<PlannedTrial> plan = PlannedTrial.plan(options.read());
    double total = plan.stream().mapToDouble(PlannedTrial::cost).sum();
    TextTable table =
        new TextTable(
            List.of(
                "trial",
                "architecture",
                "dataset",
                "batch",
                "optimizer",
                "lr",
                "seed",
                "epochs",
                "weights",
                "steps",
                "cost"));
    for (PlannedTrial planned : plan) {
      Trial trial = planned.trial();
      table.add(
          List.of(
              trial.id().value(),
              trial.architecture().type(),
              trial.dataset().type(),
              Integer.toString(trial.batchSize()),
              trial.optimizer().type(),
              Double.toString(trial.optimizer().learningRate()),
              Long.toString(trial.seeds().init()),
              Integer.toString(trial.epochs()),
              String.format(Locale.ROOT, "%,d", planned.weights()),
              String.format(Locale.ROOT, "%,d", planned.steps()),
              String.format(Locale.ROOT, "%.1f%%", 100 * planned.cost() / total)));
    }
    System.out.print(table);
    System.out.printf(
        Locale.ROOT,
        "%d trials, %,d steps, each walked twice%n",
        plan.size(),
        plan.stream().mapToLong(PlannedTrial::steps).sum());
    return 0;
  }
}
