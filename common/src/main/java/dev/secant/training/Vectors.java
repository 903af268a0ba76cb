package dev.secant.training;

import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;

/** What is done in place to whole vectors of weights or gradients. */
final class Vectors implements AutoCloseable {
  private final Program program =
      Program.compile(
          """
            def copy(self: __torch__.secant.Net, into: Tensor, source: Tensor) -> Tensor:
              _0 = torch.copy_(into, source)
              return torch.slice(into, 0, 0, 0)
            def add(self: __torch__.secant.Net, into: Tensor, source: Tensor, factor: Tensor) -> Tensor:
              _0 = torch.add_(into, source, alpha=float(torch.item(torch.select(factor, 0, 0))))
              return torch.slice(into, 0, 0, 0)
            def noise(self: __torch__.secant.Net, gradient: Tensor, seed: Tensor) -> Tensor:
              g = torch.Generator(seed=int(torch.item(torch.select(seed, 0, 0))))
              drawn = torch.empty_like(gradient, device=torch.device("cpu"))
              noise = torch.to(torch.normal_(drawn, 0., 1., generator=g), gradient)
              norm = torch.linalg_vector_norm(gradient, 2, None, False, dtype=7)
              size = torch.linalg_vector_norm(noise, 2, None, False, dtype=7)
              return torch.mul(noise, torch.to(torch.div(norm, size), 6))
            def single(self: __torch__.secant.Net, vector: Tensor) -> Tensor:
              return torch.to(vector, 6)
          """);

  /** Copies a vector over another of the same length. */
  void copy(Scope scope, Tensor into, Tensor source) {
    program.call(scope, "copy", into, source);
  }

  /** Adds {@code factor * source}; the sum may be float64. */
  void add(Scope scope, Tensor into, Tensor source, double factor) {
    program.call(scope, "add", into, source, scope.doubles(factor));
  }

  /** Normally distributed numbers scaled to the gradient's norm, drawn on the processor. */
  Tensor noise(Scope scope, Tensor gradient, long seed) {
    return program.call(scope, "noise", gradient, scope.longs(seed)).get(0);
  }

  /** A vector rounded to float32. */
  Tensor single(Scope scope, Tensor vector) {
    return program.call(scope, "single", vector).get(0);
  }

  @Override
  public void close() {
    program.close();
  }
}
