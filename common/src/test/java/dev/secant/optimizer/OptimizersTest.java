package dev.secant.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import dev.secant.config.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptimizersTest {
  @Test
  void everyNamedTypeParses() {
    assertThat(Optimizers.types().keySet())
        .allSatisfy(type -> assertThat(parse(Map.of("type", type)).type()).isEqualTo(type));
  }

  @Test
  void namesOfTheSamePathGiveEqualOptimizers() {
    assertThat(parse(Map.of("type", "sgd", "momentum", 0.9)))
        .isEqualTo(parse(Map.of("type", "momentum")));
    assertThat(parse(Map.of("type", "momentum", "nesterov", true)))
        .isEqualTo(parse(Map.of("type", "nesterov")));
    assertThat(parse(Map.of("type", "momentum", "momentum", 0)).type()).isEqualTo("sgd");
  }

  @Test
  void slotsAreNamedAsInPyTorch() {
    assertThat(parse(Map.of("type", "sgd")).slots()).isEmpty();
    assertThat(parse(Map.of("type", "nesterov")).slots()).containsExactly("momentum_buffer");
    assertThat(parse(Map.of("type", "adam")).slots()).containsExactly("exp_avg", "exp_avg_sq");
    assertThat(parse(Map.of("type", "adamw")).slots()).containsExactly("exp_avg", "exp_avg_sq");
    assertThat(parse(Map.of("type", "rmsprop")).slots()).containsExactly("square_avg");
    assertThat(parse(Map.of("type", "rmsprop", "momentum", 0.9, "centered", true)).slots())
        .containsExactly("square_avg", "momentum_buffer", "grad_avg");
    assertThat(parse(Map.of("type", "lion")).slots()).containsExactly("exp_avg");
  }

  @Test
  void onlyAdamwAndLionDecoupleWeightDecay() {
    assertThat(Optimizers.types().keySet())
        .filteredOn(type -> parse(Map.of("type", type)).decoupledDecay())
        .containsExactly("adamw", "lion");
  }

  @Test
  void floatsInTheUpdateCarryADecimalPoint() {
    assertThat(parse(Map.of("type", "adam")).update())
        .contains("torch.add_(denom, 1.0e-8)")
        .contains("torch.mul_(exp_avg_sq, 0.999)");
    assertThat(List.of(parse(Map.of("type", "nesterov")).update().split("\n")))
        .allMatch(line -> line.contains(" = torch."));
    assertThat(parse(Map.of("type", "lion", "beta1", 0)).update()).contains("g, 1.0)");
  }

  @Test
  void impossibleValuesAreRefused() {
    refused(Map.of("type", "sgd", "lr", -1), "lr must be above 0");
    refused(Map.of("type", "sgd", "momentum", 1), "momentum must be between 0");
    refused(Map.of("type", "sgd", "nesterov", true), "momentum must be above 0 with nesterov");
    refused(Map.of("type", "nesterov", "nesterov", false), "use type momentum");
    refused(Map.of("type", "adam", "beta2", 1.0), "beta2 must be between 0");
    refused(Map.of("type", "adamw", "epsilon", -1), "epsilon must be between 0");
    refused(Map.of("type", "rmsprop", "alpha", 1), "alpha must be between 0");
    refused(Map.of("type", "rmsprop", "momentum", -0.1), "momentum must be between 0");
    refused(Map.of("type", "rmsprop", "centered", 2), "centered must be true or false");
    refused(Map.of("type", "lion", "beta1", 1), "beta1 must be between 0");
    refused(Map.of("type", "lion", "epsilon", 1e-8), "unknown key epsilon");
    refused(
        Map.of("type", "sgd", "lr", Map.of("base", 1, "scale", "cube", "at", 2)), "sqrt, linear");
    refused(Map.of("type", "sgd", "lr", Map.of("base", 1, "scale", "sqrt")), "lr.at is required");
    refused(
        Map.of("type", "adagrad"), "known: adam, adamw, lion, momentum, nesterov, rmsprop, sgd");
  }

  private static void refused(Map<String, Object> settings, String message) {
    assertThatThrownBy(() -> parse(settings))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  private static Optimizer parse(Map<String, Object> settings) {
    return Optimizers.parse(Settings.of(settings), 64);
  }
}
