package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.sweep.Trial;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgendaTest {
  private static final String MLP = "{\"type\":\"mlp\",\"hidden\":[4]}";
  private static final String CONV = "{\"type\":\"resnet-cifar\",\"depth\":8}";
  private static final String LSTM = "{\"type\":\"lstm-lm\"}";
  private static final long SECOND = 1_000_000_000L;

  @Test
  void theLongestComesFirst() {
    PlannedTrial small = trial(MLP, 1, 10);
    PlannedTrial large = trial(MLP, 2, 1000);
    PlannedTrial conv = trial(CONV, 3, 100);
    Agenda agenda = new Agenda(List.of(small, large, conv), () -> 2);

    assertThat(agenda.next(0)).contains(large);
    assertThat(agenda.next(0)).contains(conv);
    assertThat(agenda.next(0)).contains(small);
    assertThat(agenda.next(0)).isEmpty();
  }

  @Test
  void whoWantsSomeTrialsGetsTheLongestOfThem() {
    PlannedTrial small = trial(MLP, 1, 10);
    PlannedTrial middle = trial(MLP, 2, 100);
    PlannedTrial large = trial(MLP, 3, 1000);
    Agenda agenda = new Agenda(List.of(small, middle, large), () -> 2);

    assertThat(agenda.next(0, trial -> trial.steps() < 1000)).contains(middle);
    assertThat(agenda.next(0, trial -> trial.steps() > 1000)).isEmpty();
    assertThat(agenda.next(0)).contains(large);
    assertThat(agenda.next(0)).contains(small);
  }

  @Test
  void whatWasMeasuredChangesTheOrder() {
    PlannedTrial mlp = trial(MLP, 1, 1000);
    PlannedTrial conv = trial(CONV, 2, 900);
    PlannedTrial nextMlp = trial(MLP, 3, 500);
    PlannedTrial nextConv = trial(CONV, 4, 400);
    Agenda agenda = new Agenda(List.of(mlp, conv, nextMlp, nextConv), () -> 2);
    agenda.next(0);
    agenda.next(0);

    agenda.ended(mlp, mlp.steps(), 10);
    agenda.ended(conv, conv.steps(), 90);

    assertThat(agenda.seconds(nextMlp)).isCloseTo(5, within(1e-9));
    assertThat(agenda.seconds(nextConv)).isCloseTo(40, within(1e-9));
    assertThat(agenda.next(0)).contains(nextConv);
  }

  @Test
  void timeLeftIsTheWorkOnAllSlotsOrTheLongestTrial() {
    PlannedTrial first = trial(MLP, 1, 1000);
    PlannedTrial second = trial(MLP, 2, 800);
    PlannedTrial third = trial(MLP, 3, 600);
    Agenda agenda = new Agenda(List.of(first, second, third), () -> 2);
    agenda.next(0);
    assertThat(agenda.secondsLeft(0)).isEmpty();
    agenda.ended(first, first.steps(), 10);

    agenda.next(10 * SECOND);

    assertThat(agenda.secondsLeft(10 * SECOND).orElseThrow()).isCloseTo(8, within(1e-9));
    assertThat(agenda.secondsLeft(16 * SECOND).orElseThrow()).isCloseTo(4, within(1e-9));
    assertThat(agenda.secondsLeft(60 * SECOND).orElseThrow()).isCloseTo(3, within(1e-9));
  }

  @Test
  void aTrialThatFailedTeachesNothing() {
    PlannedTrial trial = trial(MLP, 1, 1000);
    Agenda agenda = new Agenda(List.of(trial), () -> 2);
    agenda.next(0);

    agenda.ended(trial, 0, 0);

    assertThat(agenda.secondsLeft(0)).isEmpty();
  }

  @Test
  void slotsHelpWithWhatIsLongerThanItsShare() {
    PlannedTrial alone = trial(MLP, 1, 1000);
    Agenda one = new Agenda(List.of(alone), () -> 8);
    one.next(0);
    assertThat(one.helping(alone, 0)).isEqualTo(8);

    List<PlannedTrial> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.add(trial(MLP, i, 1000));
    }
    Agenda busy = new Agenda(many, () -> 8);
    assertThat(busy.helping(busy.next(0).orElseThrow(), 0)).isEqualTo(1);

    PlannedTrial first = trial(MLP, 1, 1000);
    PlannedTrial second = trial(MLP, 2, 1000);
    Agenda two = new Agenda(List.of(first, second), () -> 8);
    two.next(0);
    two.next(0);
    assertThat(two.helping(first, 0)).isEqualTo(4);
  }

  /** Costs are known, the speed of an architecture shows only when its trials end. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void slotsOfAMixedSweepStandIdleForLessThanATwentieth(long seed) {
    Random random = new Random(seed);
    Map<String, Double> speeds = Map.of(MLP, 1e-10, CONV, 6e-10, LSTM, 3e-10);
    List<PlannedTrial> trials = new ArrayList<>();
    for (String architecture : List.of(MLP, CONV, LSTM)) {
      for (int i = 0; i < 8; i++) {
        trials.add(trial(architecture, trials.size(), 1000 + random.nextInt(9000)));
      }
    }

    Simulation simulation = new Simulation(trials, 2, speeds);

    assertThat(simulation.begun).hasSize(trials.size());
    assertThat(simulation.idleShare()).isLessThan(0.05);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void aSingleTrialEndsInOnePassAndAPartOfOne(int slots) {
    PlannedTrial trial = trial(CONV, 1, 5000);

    Simulation simulation = new Simulation(List.of(trial), slots, Map.of(CONV, 1e-10));

    double pass = trial.cost() * 1e-10 / 2;
    assertThat(simulation.now * 1e-9).isCloseTo(pass * (1 + 1.0 / slots), within(1e-6));
  }

  private static PlannedTrial trial(String architecture, int seed, long steps) {
    Trial trial =
        Trial.fromJson(
            """
            {"architecture":%s,"batch-size":16,"clip-norm":null,"dataset":{"type":"shapes"},
             "epochs":1,"max-loss":10000,"optimizer":{"lr":0.1,"type":"sgd"},
             "schedule":{"type":"constant"},"seeds":{"init":%d,"noise":0,"order":0},
             "weight-decay":0}"""
                .formatted(architecture, seed));
    return new PlannedTrial(trial, 1_000_000, 2_000_000, steps, 0);
  }

  /**
   * A sweep as {@link SweepRun} does it, with durations in place of training: as many trials at
   * once as slots; a trial is one task, or one that records and some that replay; a slot takes the
   * task that has waited longest.
   */
  private static final class Simulation {
    private record Task(PlannedTrial trial, double seconds, boolean records) {}

    private record Event(long time, Task task) {}

    private final Agenda agenda;
    private final int slots;
    private final Map<String, Double> speeds;
    private final Deque<Task> ready = new ArrayDeque<>();
    private final PriorityQueue<Event> ends =
        new PriorityQueue<>(Comparator.comparingLong(Event::time));
    private final Set<String> begun = new HashSet<>();
    private final Map<PlannedTrial, Integer> segments = new HashMap<>();
    private final Map<PlannedTrial, Integer> tasksLeft = new HashMap<>();
    private double work;
    private long now;

    Simulation(List<PlannedTrial> trials, int slots, Map<String, Double> speeds) {
      this.agenda = new Agenda(trials, () -> slots);
      this.slots = slots;
      this.speeds = speeds;
      for (int slot = 0; slot < slots; slot++) {
        begin();
      }
      start();
      while (!ends.isEmpty()) {
        Event event = ends.remove();
        now = event.time;
        ended(event.task);
        start();
      }
    }

    double idleShare() {
      return 1 - work / (slots * now * 1e-9);
    }

    /** Of one pass. */
    private double seconds(PlannedTrial trial) {
      String type = trial.trial().architecture().type();
      return trial.cost()
          / 2
          * speeds.entrySet().stream()
              .filter(speed -> speed.getKey().contains("\"" + type + "\""))
              .findFirst()
              .orElseThrow()
              .getValue();
    }

    private void begin() {
      agenda
          .next(now)
          .ifPresent(
              trial -> {
                begun.add(trial.id());
                int parts =
                    Cuts.segments(
                        trial.steps(),
                        agenda.seconds(trial) / 2,
                        trial.checkpointBytes() / 3e8,
                        agenda.helping(trial, now));
                segments.put(trial, parts);
                tasksLeft.put(trial, parts == 1 ? 1 : 1 + parts);
                ready.add(new Task(trial, seconds(trial) * (parts == 1 ? 2 : 1), parts > 1));
              });
    }

    private void start() {
      while (ends.size() < slots && !ready.isEmpty()) {
        Task task = ready.remove();
        work += task.seconds;
        ends.add(new Event(now + Math.round(task.seconds * SECOND), task));
      }
    }

    private void ended(Task task) {
      PlannedTrial trial = task.trial;
      if (task.records) {
        int parts = segments.get(trial);
        for (int part = 0; part < parts; part++) {
          ready.add(new Task(trial, seconds(trial) / parts, false));
        }
      }
      if (tasksLeft.merge(trial, -1, Integer::sum) == 0) {
        agenda.ended(trial, trial.steps(), 2 * seconds(trial));
        begin();
      }
    }
  }
}
