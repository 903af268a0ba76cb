package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.secant.engine.Device;
import dev.secant.engine.Engine;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.engine.TestDevice;
import dev.secant.engine.VectorUnits;
import dev.secant.geometry.Products;
import dev.secant.geometry.StepProducts;
import dev.secant.optimizer.Optimizers;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import dev.secant.sweep.Trial;
import dev.secant.training.OptimizerProgram.Move;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A hundred steps against the documented formulas of torch.optim and of Lion, in float64. */
class OptimizerProgramTest {
  private static final int SIZE = 1000;
  private static final int STEPS = 100;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: sgd, lr: 0.05} | 0 | null",
        "{type: sgd, lr: 0.05} | 0.01 | null",
        "{type: sgd, lr: 0.05} | 1e-6 | 1e-4",
        "{type: momentum, lr: 0.02} | 0 | null",
        "{type: momentum, lr: 0.02, momentum: 0.8} | 0.01 | 10",
        "{type: nesterov, lr: 0.02} | 0 | null",
        "{type: nesterov, lr: 0.02} | 0.01 | 10",
        "{type: adam, lr: 0.01} | 0 | null",
        "{type: adam, lr: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 0.001} | 0 | null",
        "{type: adam, lr: 0.01} | 1e-5 | 10",
        "{type: adamw, lr: 0.01} | 0 | null",
        "{type: adamw, lr: 0.01, beta1: 0.8} | 0.3 | 10",
        "{type: rmsprop, lr: 0.005} | 0 | null",
        "{type: rmsprop, lr: 0.005, alpha: 0.9, epsilon: 0.001} | 0.01 | 10",
        "{type: rmsprop, lr: 0.005, centered: true, alpha: 0.9} | 0.01 | null",
        "{type: rmsprop, lr: 0.002, momentum: 0.8} | 0.01 | null",
        "{type: rmsprop, lr: 0.002, centered: true, momentum: 0.5} | 0 | 10",
        "{type: lion, lr: 0.01} | 0 | null",
        "{type: lion, lr: 0.01, beta1: 0.8, beta2: 0.95} | 0.3 | 10",
      })
  void followsTorchOptim(String optimizer, double weightDecay, String clipNorm) {
    Trial trial = trial(optimizer, weightDecay, clipNorm);
    double[] start = vector(0);
    double[] expected = start.clone();
    Formula formula = new Formula(trial);
    try (Scope scope = TestDevice.open();
        OptimizerProgram program =
            new OptimizerProgram(trial, List.of(SIZE), TestDevice.device())) {
      State state = state(scope, trial, start);
      for (int t = 1; t <= STEPS; t++) {
        try (Scope step = scope.child()) {
          double learningRate = trial.optimizer().learningRate() * (1 - t / 200.0);
          double[] gradient = vector(t);
          program.update(
              step,
              state,
              List.of(new Move(List.of(tensor(step, gradient)), learningRate)),
              Optional.empty());
          state.advance();
          formula.step(expected, gradient, learningRate);
        }
      }

      float[] weights = state.weights().toFloats();
      double error = 0;
      double size = 0;
      double way = 0;
      for (int i = 0; i < SIZE; i++) {
        error += Math.pow(weights[i] - expected[i], 2);
        size += Math.pow(expected[i], 2);
        way += Math.pow(expected[i] - start[i], 2);
      }
      // Relative 1e-6 on the weights; and the path was long enough for that to mean something.
      assertThat(Math.sqrt(error / size)).isLessThan(1e-6);
      if (trial.clipNorm().orElse(1) >= 1) {
        assertThat(Math.sqrt(way / size)).isGreaterThan(0.2);
      } else {
        assertThat(Math.sqrt(error / way)).isLessThan(0.05);
      }
    }
  }

  @Test
  void theGradientIsLeftAsItIs() {
    for (String type : Optimizers.types().keySet()) {
      Trial trial = trial("{type: %s, lr: 0.1}".formatted(type), 0.1, "0.5");
      try (Scope scope = TestDevice.open();
          OptimizerProgram program =
              new OptimizerProgram(trial, List.of(SIZE), TestDevice.device())) {
        Tensor gradient = tensor(scope, vector(1));
        float[] before = gradient.toFloats();
        program.update(
            scope,
            state(scope, trial, vector(0)),
            List.of(new Move(List.of(gradient), 0.1)),
            Optional.empty());

        assertThat(gradient.toFloats()).as(type).isEqualTo(before);
      }
    }
  }

  /** Whole vectors, as on a GPU, give the same bits as parts that fit a cache. */
  @ParameterizedTest
  @ValueSource(strings = {"momentum", "adamw", "lion"})
  void theLengthOfPartsChangesNoBit(String type) {
    Trial trial = trial("{type: %s, lr: 0.1}".formatted(type), 0.1, "0.5");
    List<Integer> pieces = List.of(700_000, 3, 300_000);
    float[] start = new float[1_000_003];
    float[] gradient = new float[start.length];
    for (int i = 0; i < start.length; i++) {
      start[i] = (float) Math.sin(i);
      gradient[i] = (float) Math.cos(0.7 * i);
    }
    List<List<ByteBuffer>> ends = new ArrayList<>();
    for (Device device : List.of(Device.CPU, new Device.Gpu(0, true))) {
      try (Scope scope = Engine.open(1);
          OptimizerProgram program = new OptimizerProgram(trial, pieces, device)) {
        List<ByteBuffer> vectors = new ArrayList<>();
        vectors.add(scope.floats(start).toBytes());
        vectors.add(scope.zeros(0).toBytes());
        trial.optimizer().slots().forEach(slot -> vectors.add(scope.zeros(start.length).toBytes()));
        State state = State.of(scope, vectors, 0);
        for (int t = 0; t < 3; t++) {
          program.update(
              scope,
              state,
              List.of(new Move(scope.split(scope.floats(gradient), pieces), 0.1)),
              Optional.empty());
          state.advance();
        }
        ends.add(copies(state));
      }
    }

    assertThat(ends.get(1)).isEqualTo(ends.get(0));
  }

  /**
   * What Java's vector units make of a rule is what the tensor library makes of it, at the ends of
   * pieces as well; and so are the products that ride on their pass.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: sgd, lr: 0.1} | 0 | null",
        "{type: sgd, lr: 0.1} | 0.1 | 0.5",
        "{type: momentum, lr: 0.1} | 0 | null",
        "{type: momentum, lr: 0.1, momentum: 0.7} | 0.1 | 0.5",
        "{type: nesterov, lr: 0.1} | 0 | 0.5",
        "{type: nesterov, lr: 0.1, momentum: 0.7} | 0.1 | null",
      })
  void vectorUnitsGiveTheBitsOfTheTensorLibrary(
      String optimizer, double weightDecay, String clipNorm) {
    Engine.open(1).close();
    assumeThat(VectorUnits.equalTheTensorLibrary()).isTrue();
    Trial trial = trial(optimizer, weightDecay, clipNorm);
    List<Integer> pieces = List.of(1_200_007, 3, 515, 512, 31);
    int size = pieces.stream().mapToInt(Integer::intValue).sum();
    List<List<ByteBuffer>> ends = new ArrayList<>();
    List<List<Products>> taken = new ArrayList<>();
    for (Way way : Way.ALL) {
      try (Scope scope = Engine.open(1);
          OptimizerProgram program =
              new OptimizerProgram(trial, pieces, Device.CPU, way.vectors());
          StepProducts products = new StepProducts(way.references(scope, size), scope)) {
        List<ByteBuffer> start = new ArrayList<>();
        start.add(waves(scope, size, 0).toBytes());
        start.add(scope.zeros(0).toBytes());
        trial.optimizer().slots().forEach(slot -> start.add(scope.zeros(size).toBytes()));
        State state = State.of(scope, start, 0);
        List<Move> moves = new ArrayList<>();
        for (int t = 0; t < STEPS_OF_WAY; t++) {
          moves.add(new Move(scope.split(waves(scope, size, 4 + t), pieces), 0.1 / (1 + t)));
        }
        way.walk(program, scope, state, moves, Optional.of(products));
        ends.add(copies(state));
        taken.add(products.take().stream().map(towards -> towards.get(0)).toList());
      }
    }

    assertThat(taken.get(0)).hasSize(STEPS_OF_WAY);
    assertThat(new HashSet<>(ends)).hasSize(1);
    assertThat(new HashSet<>(taken)).hasSize(1);
  }

  private static final int STEPS_OF_WAY = 5;

  /**
   * How steps are made.
   *
   * @param points that products are wanted towards
   * @param together steps that are made with one call
   */
  private record Way(boolean vectors, int points, int together) {
    static final List<Way> ALL =
        List.of(
            new Way(false, 2, 1),
            new Way(false, 1, 2),
            new Way(true, 2, 1),
            new Way(true, 2, 2),
            new Way(true, 1, 1),
            new Way(true, 1, 2),
            new Way(true, 1, STEPS_OF_WAY));

    List<Tensor> references(Scope scope, int size) {
      return List.of(waves(scope, size, 2), waves(scope, size, 3)).subList(0, points);
    }

    void walk(
        OptimizerProgram program,
        Scope scope,
        State state,
        List<Move> moves,
        Optional<StepProducts> products) {
      for (int t = 0; t < moves.size(); t += together) {
        List<Move> some = moves.subList(t, Math.min(t + together, moves.size()));
        program.update(scope, state, some, products);
        some.forEach(made -> state.advance());
      }
    }
  }

  /** The sign of a zero is a bit too, and a dead unit has many; so is what a path leaves by. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: sgd, lr: 0.1} | 0 | null",
        "{type: sgd, lr: 0.1} | 0.1 | null",
        "{type: sgd, lr: 0.1} | 0 | 0.5",
        "{type: momentum, lr: 0.1, momentum: 0.3} | 0 | null",
        "{type: momentum, lr: 0.1, momentum: 0.3} | 0.1 | null",
        "{type: nesterov, lr: 0.1, momentum: 0.3} | 0 | null",
        "{type: nesterov, lr: 0.1, momentum: 0.3} | 0.1 | null",
      })
  void vectorUnitsTakeSpecialNumbersAsTheTensorLibraryDoes(
      String optimizer, double weightDecay, String clipNorm) {
    Engine.open(1).close();
    assumeThat(VectorUnits.equalTheTensorLibrary()).isTrue();
    Trial trial = trial(optimizer, weightDecay, clipNorm);
    // An infinite gradient has no norm to be clipped to.
    int kinds = clipNorm.equals("null") ? SPECIAL.length : SPECIAL.length - 2;
    // Twice each combination: a whole chunk, and the shorter rest that is moved by other code.
    int size = 2 * kinds * kinds * kinds;
    List<List<Integer>> ends = new ArrayList<>();
    for (Way way : Way.ALL) {
      for (boolean measured : List.of(false, true)) {
        try (Scope scope = Engine.open(1);
            OptimizerProgram program =
                new OptimizerProgram(trial, List.of(size), Device.CPU, way.vectors());
            StepProducts products = new StepProducts(way.references(scope, size), scope)) {
          List<ByteBuffer> start = new ArrayList<>();
          start.add(special(scope, size, kinds, 1).toBytes());
          start.add(scope.zeros(0).toBytes());
          trial
              .optimizer()
              .slots()
              .forEach(slot -> start.add(special(scope, size, kinds, kinds).toBytes()));
          State state = State.of(scope, start, 0);
          Move move = new Move(List.of(special(scope, size, kinds, kinds * kinds)), 0.1);
          Optional<StepProducts> wanted = measured ? Optional.of(products) : Optional.empty();
          way.walk(program, scope, state, List.of(move, move, move), wanted);
          ends.add(bits(state));
        }
      }
    }

    assertThat(new HashSet<>(ends)).hasSize(1);
  }

  private static final float[] SPECIAL = {
    0,
    -0f,
    1,
    -1,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY
  };

  /** With others of period 1, {@code kinds} and its square, each combination of kinds. */
  private static Tensor special(Scope scope, int size, int kinds, int period) {
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = SPECIAL[i / period % kinds];
    }
    return scope.floats(numbers);
  }

  /** All numbers of a state as they are stored, but one NaN for all. */
  private static List<Integer> bits(State state) {
    List<Integer> bits = new ArrayList<>();
    for (ByteBuffer vector : copies(state)) {
      FloatBuffer floats = vector.order(ByteOrder.nativeOrder()).asFloatBuffer();
      while (floats.hasRemaining()) {
        bits.add(Float.floatToIntBits(floats.get()));
      }
    }
    return bits;
  }

  private static Tensor waves(Scope scope, int size, int which) {
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = (float) (Math.sin(i * (0.37 + which)) * Math.exp(-i % 7));
    }
    return scope.floats(numbers);
  }

  private static List<ByteBuffer> copies(State state) {
    List<ByteBuffer> copies = new ArrayList<>(List.of(state.weights().toBytes()));
    state.slots().forEach(slot -> copies.add(slot.toBytes()));
    return copies;
  }

  private static Trial trial(String optimizer, double weightDecay, String clipNorm) {
    return Trials.parse(
        TrialRunTest.trial(
            "{type: mlp}",
            "{type: shapes, train: 96, validation: 32}",
            optimizer,
            ", weight-decay: %s, clip-norm: %s".formatted(weightDecay, clipNorm)));
  }

  private static State state(Scope scope, Trial trial, double[] weights) {
    List<ByteBuffer> vectors = new ArrayList<>();
    vectors.add(bytes(weights));
    vectors.add(bytes(new double[0]));
    trial.optimizer().slots().forEach(slot -> vectors.add(bytes(new double[SIZE])));
    return State.of(scope, vectors, 0);
  }

  private static Tensor tensor(Scope scope, double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return scope.floats(floats);
  }

  private static ByteBuffer bytes(double[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
    for (double value : values) {
      bytes.putFloat((float) value);
    }
    return bytes.flip();
  }

  /** Noise around a mean of each coordinate's own; float32 numbers. */
  private static double[] vector(int index) {
    RandomStream mean = RandomStream.at(1, Purpose.GENERATED_DATA);
    RandomStream noise = RandomStream.at(1, Purpose.GENERATED_DATA, index);
    double[] vector = new double[SIZE];
    for (int i = 0; i < SIZE; i++) {
      vector[i] = (float) (0.5 * mean.nextGaussian() + 0.5 * noise.nextGaussian());
    }
    return vector;
  }

  /** The rules as torch.optim's documentation and Lion's authors write them, in float64. */
  private static final class Formula {
    private final Trial trial;
    private final String type;
    private final double[] buffer = new double[SIZE];
    private final double[] first = new double[SIZE];
    private final double[] second = new double[SIZE];
    private int t;

    Formula(Trial trial) {
      this.trial = trial;
      this.type = trial.optimizer().type();
    }

    void step(double[] w, double[] raw, double lr) {
      t++;
      double norm = 0;
      for (double value : raw) {
        norm += value * value;
      }
      double clip =
          trial.clipNorm().isPresent()
              ? Math.min(1, trial.clipNorm().getAsDouble() / (Math.sqrt(norm) + 1e-6))
              : 1;
      boolean decoupled = type.equals("adamw") || type.equals("lion");
      for (int i = 0; i < SIZE; i++) {
        double g = clip * raw[i] + (decoupled ? 0 : trial.weightDecay() * w[i]);
        double direction =
            switch (type) {
              case "sgd", "momentum", "nesterov" -> sgd(i, g);
              case "adam", "adamw" -> adam(i, g);
              case "rmsprop" -> rmsProp(i, g);
              case "lion" -> lion(i, g);
              default -> throw new IllegalArgumentException(type);
            };
        w[i] -= lr * (direction + (decoupled ? trial.weightDecay() * w[i] : 0));
      }
    }

    private double sgd(int i, double g) {
      buffer[i] = t == 1 ? g : setting("momentum") * buffer[i] + g;
      return switch (type) {
        case "sgd" -> g;
        case "momentum" -> buffer[i];
        default -> g + setting("momentum") * buffer[i];
      };
    }

    private double adam(int i, double g) {
      double beta1 = setting("beta1");
      double beta2 = setting("beta2");
      first[i] = beta1 * first[i] + (1 - beta1) * g;
      second[i] = beta2 * second[i] + (1 - beta2) * g * g;
      double mean = first[i] / (1 - Math.pow(beta1, t));
      double square = second[i] / (1 - Math.pow(beta2, t));
      return mean / (Math.sqrt(square) + setting("epsilon"));
    }

    private double rmsProp(int i, double g) {
      double alpha = setting("alpha");
      second[i] = alpha * second[i] + (1 - alpha) * g * g;
      first[i] = alpha * first[i] + (1 - alpha) * g;
      boolean centered = (boolean) trial.optimizer().settings().get("centered");
      double mean = centered ? first[i] : 0;
      buffer[i] =
          setting("momentum") * buffer[i]
              + g / (Math.sqrt(second[i] - mean * mean) + setting("epsilon"));
      return buffer[i];
    }

    private double lion(int i, double g) {
      double direction = Math.signum(setting("beta1") * first[i] + (1 - setting("beta1")) * g);
      first[i] = setting("beta2") * first[i] + (1 - setting("beta2")) * g;
      return direction;
    }

    private double setting(String name) {
      return (double) trial.optimizer().settings().get(name);
    }
  }
}
