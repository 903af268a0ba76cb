package dev.secant.geometry;

import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import java.util.List;

/** Compares two steps of a path with each other. */
public final class LagProgram implements AutoCloseable {
  private final Program program =
      Program.compile(
          PartialSums.method(
              "lag",
              List.of("ws", "gs", "wt", "gt", "reference"),
              List.of(
                  "s = gs_i",
                  "t = gt_i",
                  "ds = torch.sub(ws_i, reference_i)",
                  "dt = torch.sub(wt_i, reference_i)",
                  "m = torch.sub(ws_i, wt_i)"),
              List.of(
                  "s s", "ds ds", "s ds", "t t", "dt dt", "t dt", "s t", "s dt", "ds t", "ds dt",
                  "m m")));

  /**
   * @param weights w and gradient g of the earlier step
   * @param laterWeights w and gradient g of the later step
   */
  public Lag between(
      Scope scope,
      Tensor weights,
      Tensor gradient,
      Tensor laterWeights,
      Tensor laterGradient,
      Tensor reference) {
    return Lag.of(
        program
            .call(scope, "lag", weights, gradient, laterWeights, laterGradient, reference)
            .get(0)
            .toDoubles());
  }

  @Override
  public void close() {
    program.close();
  }
}
