package dev.secant.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OneDnnTest {
  @Test
  void whatTheProcessComputesWithIsRight() {
    Engine.open(1).close();

    assertThat(OneDnn.error()).isLessThan(1e-5);
  }

  /** On a processor where oneDNN is wrong this is false, and on others true. */
  @Test
  void itIsSwitchedOffWhereAndOnlyWhereItIsWrong() {
    Engine.open(1).close();
    TorchContext context = TorchContext.ofProcess();
    assertThat(context.usesOneDnn()).isEqualTo(OneDnn.inUse());

    context.setOneDnn(true);
    double error = OneDnn.error();
    context.setOneDnn(OneDnn.inUse());

    assertThat(error < 1e-4).isEqualTo(OneDnn.inUse());
  }
}
