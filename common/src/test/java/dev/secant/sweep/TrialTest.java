package dev.secant.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.architecture.Architecture;
import dev.secant.architecture.Network;
import dev.secant.config.InputException;
import dev.secant.data.Dataset;
import dev.secant.data.DatasetSource;
import dev.secant.data.Task;
import dev.secant.optimizer.Schedules;
import dev.secant.optimizer.Sgd;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TrialTest {
  private static final String JSON =
      """
      {"architecture":{"hidden":[8,4],"type":"net"},"batch-size":32,"clip-norm":null,\
      "dataset":{"noise":0.1,"type":"set"},"epochs":3,"max-loss":10000,\
      "optimizer":{"lr":0.05,"momentum":0.9,"nesterov":true,"type":"nesterov"},\
      "schedule":{"type":"constant"},"seeds":{"init":1,"noise":3,"order":2},\
      "weight-decay":0.000001}""";

  @Test
  void theCanonicalJsonAndItsIdStayAsTheyAre() {
    Trial trial =
        new Trial(
            new Net(new TreeMap<>(Map.of("hidden", List.of(8, 4)))),
            new Set(new TreeMap<>(Map.of("noise", 0.1))),
            32,
            new Sgd(0.05, 0.9, true),
            new Seeds(1, 2, 3),
            3,
            new Schedules.Constant(),
            1e-6,
            OptionalDouble.empty(),
            1e4,
            Control.NONE,
            Optional.empty());

    assertThat(trial.canonicalJson()).isEqualTo(JSON);
    // printf '%s' "$JSON" | sha256sum | cut -c1-12
    assertThat(trial.id()).hasToString("b859c55ef6f4");
  }

  @Test
  void whatIsNoTrialIsRefused() {
    assertThatThrownBy(() -> Trial.fromJson("{")).isInstanceOf(InputException.class);
    assertThatThrownBy(() -> Trial.fromJson("{\"batch-size\": 1}"))
        .isInstanceOf(InputException.class);
  }

  private record Net(SortedMap<String, Object> settings) implements Architecture {
    @Override
    public String type() {
      return "net";
    }

    @Override
    public Network network(Task task) {
      throw new UnsupportedOperationException("not run here");
    }
  }

  private record Set(SortedMap<String, Object> settings) implements DatasetSource {
    @Override
    public String type() {
      return "set";
    }

    @Override
    public Dataset load(Path root) {
      throw new UnsupportedOperationException("not run here");
    }
  }
}
