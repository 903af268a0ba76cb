package example;

import dev.secant.architecture.Architecture;
import dev.secant.architecture.ArchitectureProvider;
import dev.secant.config.Settings;

/** Has a type that is taken. */
public final class SecondMlp implements ArchitectureProvider {
  @Override
  public String type() {
    return "mlp";
  }

  @Override
  public String description() {
    return "never seen";
  }

  @Override
  public Architecture parse(Settings settings) {
    return new SmallConv(1, 1);
  }
}
