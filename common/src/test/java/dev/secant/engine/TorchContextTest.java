package dev.secant.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.sweep.Trial;
import dev.secant.training.Pace;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The switches belong to the process, so each test leaves them as they were. */
class TorchContextTest {
  private static final String METHODS =
      """
        def product(self: __torch__.secant.Net, x: Tensor) -> Tensor:
          square = torch.view(x, [1, 1, 16, 16])
          kernel = torch.slice(torch.slice(square, 2, 0, 3), 3, 0, 3)
          return torch.reshape(torch.conv2d(square, kernel), [-1])
        def unpool(self: __torch__.secant.Net, x: Tensor) -> Tensor:
          square = torch.view(x, [1, 1, 16, 16])
          y, at = torch.max_pool2d_with_indices(square, [2, 2], [2, 2], [0, 0], [1, 1], False)
          return torch.reshape(torch.max_unpool2d(y, at, [16, 16]), [-1])
      """;

  private Scope scope;
  private TorchContext context;

  @BeforeEach
  void start() {
    scope = Engine.open(1);
    context = TorchContext.ofProcess();
  }

  @AfterEach
  void leaveAsItWas() {
    context.setDeterministic(false);
    context.setBenchmarking(false);
    scope.close();
  }

  @Test
  void aRunOnTheProcessorSwitchesNothingOn() {
    assertThat(context.deterministic()).isFalse();
    assertThat(context.benchmarking()).isFalse();
  }

  @Test
  void switchesReadBackAsTheyWereSet() {
    context.setDeterministic(true);
    context.setBenchmarking(true);
    context.forbidTensorFloat32();

    assertThat(context.deterministic()).isTrue();
    assertThat(context.warnsOnly()).isFalse();
    assertThat(context.fillsMemory()).isFalse();
    assertThat(context.benchmarking()).isTrue();
    assertThat(context.allowsTensorFloat32()).isFalse();

    context.setDeterministic(false);
    context.setBenchmarking(false);

    assertThat(context.deterministic()).isFalse();
    assertThat(context.benchmarking()).isFalse();
  }

  /** Libtorch itself says that it took the switch: it refuses what it counts as not repeatable. */
  @Test
  void whatHasNoDeterministicKernelIsRefusedAndTheRestKeepsItsBits() {
    try (Program program = Program.compile(METHODS)) {
      Tensor x = numbers();
      float[] before = only(program.call(scope, "product", x));
      float[] unpooled = only(program.call(scope, "unpool", x));

      context.setDeterministic(true);

      assertThat(only(program.call(scope, "product", x))).isEqualTo(before);
      assertThatThrownBy(() -> program.call(scope, "unpool", x))
          .hasMessageContaining("does not have a deterministic implementation");

      context.setDeterministic(false);

      assertThat(only(program.call(scope, "unpool", x))).isEqualTo(unpooled);
    }
  }

  /** As small trials beside those on a GPU of the same process do. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\": \"segnet\", \"channels\": 2} | {\"type\": \"scenes\", \"train\": 16, \"validation\": 4}",
        "{\"type\": \"vgg\", \"channels\": 2}    | {\"type\": \"shapes\", \"train\": 16, \"validation\": 4}",
        "{\"type\": \"lstm-lm\", \"hidden\": 8}  | {\"type\": \"grammar\", \"tokens\": 2000}"
      })
  void theProcessorTrainsWhereTheProcessKeepsToDeterministicKernels(
      String architecture, String dataset) {
    Trial trial =
        Trial.fromJson(
            """
            {"architecture": %s, "dataset": %s, "batch-size": 4,
             "optimizer": {"type": "momentum", "lr": 0.001},
             "seeds": {"init": 0, "order": 0, "noise": 0}, "epochs": 1,
             "schedule": {"type": "constant"}, "weight-decay": 0, "max-loss": 1e4}
            """
                .formatted(architecture, dataset));
    context.setDeterministic(true);

    try (Pace pace = new Pace(trial, trial.dataset().load(Path.of(".")), Device.CPU, 1, 0)) {
      assertThat(pace.plain(2)).isPositive();
    }
  }

  @Test
  void theBuildsLibrarySeesNoGpu() {
    assertThat(context.gpus()).isZero();
    assertThat(Engine.gpus(1)).isZero();
  }

  private Tensor numbers() {
    float[] numbers = new float[256];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) Math.sin(i);
    }
    return scope.floats(numbers);
  }

  private static float[] only(List<Tensor> results) {
    return results.get(0).toFloats();
  }
}
