package dev.secant.geometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import dev.secant.engine.TestDevice;
import dev.secant.engine.VectorUnits;
import dev.secant.optimizer.ChunkMove;
import dev.secant.optimizer.Sgd;
import dev.secant.optimizer.SummedMove;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The products by the processor's vector units, and the tensor library's, against float64. */
class StepProductsTest {
  /** Lengths around a chunk's and beyond a block's. */
  @ParameterizedTest
  @ValueSource(ints = {3, 511, 512, 513, 100_000, 2_500_000})
  void agreesWithFloat64TowardsEachReference(int size) {
    float[] before = random(size, 0, 0.05);
    float[] gradient = random(size, 1, 1e-4);
    float[] after = random(size, 2, 0.05);
    float[] near = before.clone();
    near[size / 2] += 0.25f;
    List<float[]> references = List.of(random(size, 3, 0.05), near, new float[size]);

    for (List<Products> products :
        List.of(
            StepProductsTest.next(true, before, gradient, after, references),
            StepProductsTest.next(false, before, gradient, after, references))) {
      for (int k = 0; k < references.size(); k++) {
        assertExact(products.get(k), before, gradient, after, references.get(k), size);
      }
    }
  }

  /** Products are taken of several steps at once; what they were made of is gone by then. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theNextStepStartsWhereTheLastEnded(boolean vectors) {
    int size = 70_000;
    List<float[]> path = List.of(random(size, 0, 1), random(size, 1, 1), random(size, 2, 1));
    List<float[]> gradients = List.of(random(size, 3, 1), random(size, 4, 1));
    List<float[]> points = List.of(random(size, 5, 1), random(size, 6, 1));
    try (Scope scope = TestDevice.open();
        StepProducts products =
            new StepProducts(points.stream().map(scope::floats).toList(), scope, vectors)) {
      for (int t = 0; t < 2; t++) {
        try (Scope step = scope.child()) {
          List<Tensor> gradient = List.of(step.floats(gradients.get(t)));
          products.beforeMove(step.floats(path.get(t)));
          products.afterMove(step, step.floats(path.get(t + 1)), gradient);
        }
      }
      List<List<Products>> taken = products.take();

      assertThat(taken).hasSize(2);
      assertThat(products.take()).isEmpty();
      for (int t = 0; t < 2; t++) {
        assertThat(taken.get(t)).hasSize(2);
        for (int k = 0; k < 2; k++) {
          assertExact(
              taken.get(t).get(k),
              path.get(t),
              gradients.get(t),
              path.get(t + 1),
              points.get(k),
              size);
        }
      }
    }
  }

  /** A sum in one float32 of numbers that are all alike would be off by far more than 1e-6. */
  @Test
  void agreesWhereRoundingErrorsAddUp() {
    int size = 3_000_000;
    float[] same = new float[size];
    Arrays.fill(same, 0.1f);

    Products products = next(true, same, same, new float[size], List.of(new float[size])).get(0);

    double expected = size * ((double) 0.1f * 0.1f);
    assertThat(products.ww()).isCloseTo(expected, within(1e-6 * expected));
    assertThat(products.dd()).isCloseTo(expected, within(1e-6 * expected));
    assertThat(products.gd()).isCloseTo(expected, within(1e-6 * expected));
    assertThat(products.uu()).isCloseTo(expected, within(1e-6 * expected));
    assertThat(products.ud()).isCloseTo(-expected, within(1e-6 * expected));
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    assumeThat(VectorUnits.reachBuffers()).isTrue();
    int size = 10_000_000;
    List<ByteBuffer> gradient = List.of(buffer(random(size, 1, 1)));
    List<ByteBuffer> references = List.of(buffer(random(size, 2, 1)), gradient.get(0));
    List<List<ByteBuffer>> gradients = List.of(gradient, List.of(references.get(0)));
    float[] start = random(size, 0, 1);
    ChunkMove.Rule rule = new Sgd(0.1, 0, false).chunks().orElseThrow();
    ChunkMove.Settings settings = new ChunkMove.Settings(0.1, 1, 0);
    ChunkMove step = rule.step(settings, List.of());
    SummedMove steps = rule.summed(List.of(settings, settings), List.of());

    ByteBuffer alone = buffer(start);
    List<Products> one = VectorPass.of(step, alone, gradient, references, 1);
    List<Products> two = VectorPass.of(steps, alone, gradients, references.get(1), 1);

    for (int threads : new int[] {2, 3, 8}) {
      ByteBuffer together = buffer(start);
      assertThat(VectorPass.of(step, together, gradient, references, threads)).isEqualTo(one);
      assertThat(VectorPass.of(steps, together, gradients, references.get(1), threads))
          .isEqualTo(two);
      assertThat(together).isEqualTo(alone);
    }
  }

  /** Each thread waits in its first chunk until the other one is in its own. */
  @Test
  void twoThreadsMoveALongVectorAtTheSameTime() {
    ByteBuffer weights = ByteBuffer.allocateDirect(40_000_000);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    CountDownLatch both = new CountDownLatch(2);
    ChunkMove meeting =
        (moved, at, gradient, inGradient, size, before) -> {
          if (threads.add(Thread.currentThread())) {
            both.countDown();
            await(both);
          }
        };

    VectorPass.of(meeting, weights, List.of(weights.duplicate()), List.of(), 2);

    assertThat(threads).hasSize(2).contains(Thread.currentThread());
  }

  @Test
  void aShortVectorIsLeftToOneThreadInHoweverManyPiecesItsGradientComes() {
    int piece = 300_000;
    List<ByteBuffer> gradient =
        Stream.generate(() -> ByteBuffer.allocateDirect(piece)).limit(20).toList();
    ByteBuffer weights = ByteBuffer.allocateDirect(20 * piece);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    ChunkMove noted =
        (moved, at, raw, inGradient, size, before) -> threads.add(Thread.currentThread());

    for (int pass = 0; pass < 100; pass++) {
      VectorPass.of(noted, weights, gradient, List.of(), 2);
    }

    assertThat(threads).containsExactly(Thread.currentThread());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).as("another thread came").isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while waiting for another thread", e);
    }
  }

  private static void assertExact(
      Products p, float[] w, float[] g, float[] after, float[] reference, int size) {
    IntToDoubleFunction d = i -> (double) w[i] - reference[i];
    IntToDoubleFunction u = i -> (double) after[i] - w[i];
    double ww = sum(size, i -> (double) w[i] * w[i]);
    double gg = sum(size, i -> (double) g[i] * g[i]);
    double dd = sum(size, i -> d.applyAsDouble(i) * d.applyAsDouble(i));
    double uu = sum(size, i -> u.applyAsDouble(i) * u.applyAsDouble(i));
    assertThat(Math.sqrt(p.ww())).isCloseTo(Math.sqrt(ww), within(1e-6 * Math.sqrt(ww)));
    assertThat(Math.sqrt(p.gg())).isCloseTo(Math.sqrt(gg), within(1e-6 * Math.sqrt(gg)));
    assertThat(Math.sqrt(p.dd())).isCloseTo(Math.sqrt(dd), within(1e-6 * Math.sqrt(dd)));
    assertThat(Math.sqrt(p.uu())).isCloseTo(Math.sqrt(uu), within(1e-6 * Math.sqrt(uu)));
    close(p.gd(), sum(size, i -> g[i] * d.applyAsDouble(i)), gg, dd);
    close(p.wg(), sum(size, i -> (double) w[i] * g[i]), ww, gg);
    close(p.wd(), sum(size, i -> w[i] * d.applyAsDouble(i)), ww, dd);
    close(p.ud(), sum(size, i -> u.applyAsDouble(i) * d.applyAsDouble(i)), uu, dd);
  }

  private static void close(double value, double expected, double aa, double bb) {
    assertThat(value).isCloseTo(expected, within(1e-6 * Math.sqrt(aa) * Math.sqrt(bb)));
  }

  private static double sum(int size, IntToDoubleFunction term) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += term.applyAsDouble(i);
    }
    return sum;
  }

  /** The gradient comes in two pieces where it can. */
  private static List<Products> next(
      boolean vectors, float[] before, float[] gradient, float[] after, List<float[]> references) {
    int cut = Math.max(1, gradient.length / 3);
    try (Scope scope = TestDevice.open();
        StepProducts products =
            new StepProducts(references.stream().map(scope::floats).toList(), scope, vectors)) {
      products.beforeMove(scope.floats(before));
      products.afterMove(
          scope,
          scope.floats(after),
          List.of(
              scope.floats(Arrays.copyOf(gradient, cut)),
              scope.floats(Arrays.copyOfRange(gradient, cut, gradient.length))));
      return products.take().get(0);
    }
  }

  private static float[] random(int size, int index, double deviation) {
    RandomStream random = RandomStream.at(12, Purpose.GENERATED_DATA, index);
    float[] vector = new float[size];
    for (int i = 0; i < size; i++) {
      vector[i] = (float) (deviation * random.nextGaussian());
    }
    return vector;
  }

  private static ByteBuffer buffer(float[] values) {
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
    buffer.asFloatBuffer().put(values);
    return buffer;
  }
}
