package dev.secant.cli;

import dev.secant.analysis.TextTable;
import dev.secant.job.PlannedTrial;
import dev.secant.sweep.Sweep;
import dev.secant.sweep.Trial;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "plan",
    description = "Shows a sweep's trials with weights, steps and estimated cost; runs nothing.")
final class PlanCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SweepOptions options;

  @Override
  public Integer call() {
    Sweep sweep = options.read();
    List<PlannedTrial> planned = options.plan(sweep);
    double total = planned.stream().mapToDouble(PlannedTrial::cost).sum();
    TextTable table =
        new TextTable(
            List.of(
                "trial_id",
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
    for (PlannedTrial plan : planned) {
      Trial trial = plan.trial();
      table.add(
          List.of(
              plan.id(),
              trial.architecture().type(),
              trial.dataset().type(),
              trial.batchSize(),
              trial.optimizer().type(),
              trial.optimizer().learningRate(),
              trial.seeds().init(),
              trial.epochs(),
              plan.parameters(),
              plan.steps(),
              String.format(java.util.Locale.ROOT, "%.1f %%", 100 * plan.cost() / total)));
    }
    var out = spec.commandLine().getOut();
    out.print(table.aligned());
    out.println();
    out.printf(
        "%d trials, %,d steps, each walked twice; cost: share of the work, by multiply-adds%n",
        planned.size(), planned.stream().mapToLong(PlannedTrial::steps).sum());
    out.println("output: " + sweep.output());
    out.flush();
    return 0;
  }
}
