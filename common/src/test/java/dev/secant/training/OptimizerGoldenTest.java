package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.engine.Scope;
import dev.secant.engine.TestDevice;
import dev.secant.sweep.Trial;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ten steps against those that torch.optim made; src/test/golden/optimizers.py writes the file. */
class OptimizerGoldenTest {
  private static final int SIZE = 64;
  private static final int STEPS = 10;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sgd | {type: sgd}",
        "momentum | {type: momentum}",
        "nesterov | {type: nesterov}",
        "adam | {type: adam}",
        "adamw | {type: adamw}",
        "rmsprop | {type: rmsprop}",
        "rmsprop-centered | {type: rmsprop, centered: true}",
        "rmsprop-momentum | {type: rmsprop, momentum: 0.9}",
        "rmsprop-centered-momentum | {type: rmsprop, centered: true, momentum: 0.9}",
        "lion | {type: lion}",
      })
  void makesTheStepsOfTorchOptim(String name, String optimizer) throws IOException {
    Map<String, Safetensors.Named> golden = golden();
    FloatBuffer expected = floats(golden, name);
    FloatBuffer rates = floats(golden, "rates");
    FloatBuffer gradients = floats(golden, "gradients");
    Trial trial =
        Trials.parse(
            TrialRunTest.trial(
                "{type: mlp}",
                "{type: shapes, train: 96, validation: 32}",
                optimizer,
                ", weight-decay: 0.05, clip-norm: 3"));
    try (Scope scope = TestDevice.open();
        OptimizerProgram program =
            new OptimizerProgram(trial, List.of(SIZE), TestDevice.device())) {
      State state = state(scope, trial, golden.get("start").data());
      for (int t = 0; t < STEPS; t++) {
        float[] gradient = new float[SIZE];
        gradients.get(gradient);
        program.update(
            scope,
            state,
            List.of(new OptimizerProgram.Move(List.of(scope.floats(gradient)), rates.get())),
            Optional.empty());
        state.advance();

        double error = 0;
        double size = 0;
        for (float weight : state.weights().toFloats()) {
          double right = expected.get();
          error += Math.pow(weight - right, 2);
          size += right * right;
        }
        assertThat(Math.sqrt(error / size)).as("after step %d", t).isLessThan(1e-6);
      }
    }
  }

  private static Map<String, Safetensors.Named> golden() throws IOException {
    try (InputStream in =
        OptimizerGoldenTest.class.getResourceAsStream("/golden/optimizers.safetensors")) {
      return Safetensors.read(in);
    }
  }

  private static FloatBuffer floats(Map<String, Safetensors.Named> golden, String name) {
    return golden.get(name).data().asFloatBuffer();
  }

  private static State state(Scope scope, Trial trial, ByteBuffer start) {
    List<ByteBuffer> vectors = new ArrayList<>(List.of(start, ByteBuffer.allocate(0)));
    trial.optimizer().slots().forEach(slot -> vectors.add(ByteBuffer.allocate(SIZE * Float.BYTES)));
    vectors.replaceAll(vector -> vector.order(ByteOrder.LITTLE_ENDIAN));
    return State.of(scope, vectors, 0);
  }
}
