package dev.secant.training;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValueFactory;
import dev.secant.data.Task;
import dev.secant.table.EpochRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Losses and scores of each epoch; can be saved within an epoch and goes on from there. */
final class EpochObserver implements Observer {
  private final TrainingRun run;
  private final Task task;
  private final List<EpochRecord> epochs = new ArrayList<>();

  /** The validation at the end of each step that is not settled, where an epoch ends with it. */
  private final List<Optional<Validated>> unsettled = new ArrayList<>();

  private double lossSum;
  private double steps;
  private double correct;
  private double count;

  /** The end of an epoch; {@code step} is the one after its last. */
  private record Validated(int epoch, long step, Tally tally) {}

  EpochObserver(TrainingRun run) {
    this.run = run;
    this.task = run.network().task();
  }

  List<EpochRecord> epochs() {
    return List.copyOf(epochs);
  }

  @Override
  public void afterUpdate(Step step) {
    unsettled.add(
        step.last()
            ? Optional.of(
                new Validated(
                    step.epoch(), step.index() + 1, run.validate(step.scope(), step.state())))
            : Optional.empty());
  }

  @Override
  public void settled(List<Outcome> outcomes) {
    for (int i = 0; i < outcomes.size(); i++) {
      lossSum += outcomes.get(i).loss();
      steps++;
      correct += outcomes.get(i).correct();
      count += outcomes.get(i).count();
      unsettled.get(i).ifPresent(this::end);
    }
    unsettled.clear();
  }

  private void end(Validated validated) {
    Tally validation = validated.tally();
    double trainLoss = lossSum / steps;
    epochs.add(
        new EpochRecord(
            validated.epoch(),
            validated.step(),
            trainLoss,
            score(trainLoss, correct / count),
            validation.meanLoss(),
            score(validation.meanLoss(), validation.accuracy()),
            validation.meanIntersectionOverUnion()));
    lossSum = 0;
    steps = 0;
    correct = 0;
    count = 0;
  }

  private double score(double loss, double accuracy) {
    return task instanceof Task.Language ? Math.exp(loss) : accuracy;
  }

  /** All that it knows of settled steps, as JSON. Numbers are texts: JSON has no NaN. */
  String save() {
    return ConfigValueFactory.fromMap(
            Map.of(
                "epochs", EpochRecords.rows(epochs),
                "open", EpochRecords.texts(lossSum, steps, correct, count)))
        .render(ConfigRenderOptions.concise());
  }

  /** Goes on from what {@link #save()} gave. */
  void restore(String saved) {
    Config json =
        ConfigFactory.parseString(
            saved, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
    epochs.clear();
    epochs.addAll(EpochRecords.parse(json.getList("epochs")));
    double[] open = EpochRecords.numbers(json.getStringList("open"));
    lossSum = open[0];
    steps = open[1];
    correct = open[2];
    count = open[3];
  }
}
