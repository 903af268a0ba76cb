package dev.secant.engine;

import ai.djl.ndarray.NDManager;
import dev.secant.config.InputException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernels that libtorch takes from oneDNN for convolutions and LSTMs on a processor, held
 * against float64 before anything is computed with them.
 *
 * <p>They are compiled for the processor's caches as the processor describes them. On virtual AMD
 * machines that hide the description (CPUID leaf 8000001D), oneDNN 3.7.1 reads that each cache is
 * one byte long, and many layers whose channels fill no whole blocks come out wrong there, from
 * memory that nobody has written; that the one is the reason of the other is inferred. Such a
 * process does without oneDNN: libtorch has kernels of its own, which are slower and right.
 */
final class OneDnn {
  private static final Logger LOG = LoggerFactory.getLogger(OneDnn.class);

  /**
   * Far above what float32 loses here (1e-6), far below what wrong kernels lose (0.03 and more).
   */
  private static final double TOLERANCE = 1e-4;

  private static final String CHECK =
      """
        def convolution(self: __torch__.secant.Net, x: Tensor, kernel: Tensor, stride: int, type: int) -> List[Tensor]:
          torch.set_grad_enabled(True)
          a = torch.requires_grad_(torch.to(x, type, False, True))
          b = torch.requires_grad_(torch.to(kernel, type, False, True))
          y = torch.conv2d(a, b, None, [stride, stride], [1, 1], [1, 1], 1)
          g = torch.autograd.grad([torch.sum(torch.mul(y, y))], [a, b], None, None, False, True)
          torch.set_grad_enabled(False)
          return [torch.detach(y), unchecked_cast(Tensor, g[0]), unchecked_cast(Tensor, g[1])]
        def transposed(self: __torch__.secant.Net, x: Tensor, kernel: Tensor, stride: int, type: int) -> List[Tensor]:
          y = torch.conv_transpose2d(torch.to(x, type), torch.to(kernel, type), None, [stride, stride], [0, 0], [0, 0], 1, [1, 1])
          return [y]
        def recurrent(self: __torch__.secant.Net, x: Tensor, w: Tensor, v: Tensor, type: int) -> List[Tensor]:
          a = torch.to(x, type)
          zero = torch.new_zeros(a, [1, torch.size(a, 0), torch.size(v, 1)])
          y, h, c = torch.lstm(a, [zero, zero], [torch.to(w, type), torch.to(v, type)], False, 1, 0., True, False, True)
          return [y]
        def error(self: __torch__.secant.Net, single: List[Tensor], exact: List[Tensor]) -> Tensor:
          errors = annotate(List[Tensor], [])
          for i in range(torch.len(exact)):
            difference = torch.linalg_vector_norm(torch.sub(torch.to(single[i], 7), exact[i]))
            _0 = torch.append(errors, torch.div(difference, torch.linalg_vector_norm(exact[i])))
          return torch.max(torch.stack(errors))
        def numbers(self: __torch__.secant.Net, shape: List[int]) -> Tensor:
          count = 1
          for i in range(torch.len(shape)):
            count = torch.mul(count, shape[i])
          return torch.view(torch.sin(torch.mul(torch.arange(count, dtype=6), 1.7)), shape)
        def check(self: __torch__.secant.Net, none: Tensor) -> Tensor:
          torch.set_grad_enabled(False)
          litter = annotate(List[Tensor], [])
          for size in [4096, 16384, 32768, 65536, 131072, 262144, 524288]:
            for i in range(4):
              _1 = torch.append(litter, torch.mul(torch.ones([size], dtype=6), float("nan")))
          torch.clear(litter)
          x = (self).numbers([16, 20, 8, 8], )
          k = (self).numbers([24, 20, 3, 3], )
          padded = (self).error((self).convolution(x, k, 1, 6, ), (self).convolution(x, k, 1, 7, ), )
          x = (self).numbers([16, 48, 8, 8], )
          k = (self).numbers([16, 48, 3, 3], )
          strided = (self).error((self).convolution(x, k, 2, 6, ), (self).convolution(x, k, 2, 7, ), )
          x = (self).numbers([16, 8, 8, 8], )
          k = (self).numbers([8, 48, 2, 2], )
          up = (self).error((self).transposed(x, k, 2, 6, ), (self).transposed(x, k, 2, 7, ), )
          x = (self).numbers([4, 5, 6], )
          w = (self).numbers([20, 6], )
          v = (self).numbers([20, 5], )
          lstm = (self).error((self).recurrent(x, w, v, 6, ), (self).recurrent(x, w, v, 7, ), )
          return torch.reshape(torch.max(torch.stack([padded, strided, up, lstm])), [1])
      """;

  private enum Verdict {
    RIGHT,
    REPLACED,
    NOTHING_RIGHT
  }

  /** Found once for the process, when its engine starts. */
  private static final Verdict VERDICT = prove();

  private OneDnn() {}

  /**
   * Sees to it that this process computes right, with oneDNN or without. The engine must have
   * started.
   *
   * @throws InputException where it cannot: this processor is no place to train
   */
  static void require() {
    if (VERDICT == Verdict.NOTHING_RIGHT) {
      throw new InputException(
          "libtorch computes convolutions or LSTMs wrong on this processor, with oneDNN and without;"
              + " use another machine");
    }
  }

  /** Whether this process computes with it. */
  static boolean inUse() {
    return VERDICT == Verdict.RIGHT;
  }

  /** The largest relative error of a few layers and their gradients; NaN where there is one. */
  static double error() {
    try (Scope scope =
            new Scope(NDManager.newBaseManager(Engine.djl(Device.CPU), Engine.NAME), Device.CPU);
        Program program = Program.compile(CHECK)) {
      return program.call(scope, "check", scope.zeros(1)).get(0).toDoubles()[0];
    }
  }

  private static Verdict prove() {
    TorchContext context = TorchContext.ofProcess();
    context.setNnpack(false);
    double error = error();
    if (error < TOLERANCE) {
      context.setNnpack(true);
      return Verdict.RIGHT;
    }
    context.setOneDnn(false);
    if (!(error() < TOLERANCE)) {
      return Verdict.NOTHING_RIGHT;
    }
    LOG.warn(
        "oneDNN is wrong on this processor (relative error {}): convolutions and LSTMs use"
            + " libtorch's own kernels, which are slower; see docs/performance.md",
        error);
    return Verdict.REPLACED;
  }
}
