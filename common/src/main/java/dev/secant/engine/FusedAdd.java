package dev.secant.engine;

import ai.djl.ndarray.NDManager;

/**
 * Whether the tensor library rounds {@code x + a y} once, as {@link Math#fma} does. It does where
 * the processor has an instruction for it, and where {@code ATEN_CPU_CAPABILITY} has not told it to
 * leave the instruction alone.
 */
final class FusedAdd {
  /** Whole vectors of any processor, and a rest that is none. */
  private static final int SIZE = 67;

  private static final float FACTOR = 0.9f;

  private static final String ADD =
      """
        def add(self: __torch__.secant.Net, x: Tensor, y: Tensor, a: Tensor) -> Tensor:
          return torch.add(x, y, alpha=float(torch.item(torch.select(a, 0, 0))))
      """;

  /** Found once for the process; the engine must have started. */
  private static final boolean HERE = prove();

  private FusedAdd() {}

  static boolean isHere() {
    return HERE;
  }

  private static boolean prove() {
    float[] x = new float[SIZE];
    float[] y = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      x[i] = (float) Math.sin(1 + i);
      y[i] = (float) Math.cos(1 + i);
    }
    try (Scope scope =
            new Scope(NDManager.newBaseManager(Engine.djl(Device.CPU), Engine.NAME), Device.CPU);
        Program program = Program.compile(ADD)) {
      float[] sums =
          program
              .call(scope, "add", scope.floats(x), scope.floats(y), scope.doubles(FACTOR))
              .get(0)
              .toFloats();
      for (int i = 0; i < SIZE; i++) {
        if (sums[i] != Math.fma(y[i], FACTOR, x[i])) {
          return false;
        }
      }
    }
    return true;
  }
}
