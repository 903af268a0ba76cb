package dev.secant.optimizer;

import com.typesafe.config.ConfigObject;
import dev.secant.config.Settings;
import java.util.Map;
import java.util.TreeMap;

/** The update rules that a sweep can name. */
public final class Optimizers {
  private static final double LARGEST_BELOW_ONE = Math.nextDown(1.0);

  private Optimizers() {}

  /** Every name with its options and their defaults, for people. */
  public static Map<String, String> types() {
    Map<String, String> types = new TreeMap<>();
    types.put("sgd", "stochastic gradient descent; lr 0.05, momentum 0, nesterov false");
    types.put("momentum", "sgd with a momentum; lr 0.05, momentum 0.9");
    types.put("nesterov", "sgd with Nesterov's momentum; lr 0.05, momentum 0.9");
    types.put("adam", "Adam; lr 0.001, beta1 0.9, beta2 0.999, epsilon 1e-8");
    types.put("adamw", "Adam with decoupled weight decay; options as adam");
    types.put("rmsprop", "RMSProp; lr 0.01, alpha 0.99, epsilon 1e-8, momentum 0, centered false");
    types.put("lion", "sign of a momentum, decoupled weight decay; lr 1e-4, beta1 0.9, beta2 0.99");
    return types;
  }

  /**
   * An optimizer from its settings.
   *
   * @param batchSize what a learning rate {@code {base: 0.005, scale: sqrt, at: 64}} is scaled
   *     with: {@code base sqrt(batch / at)}, or {@code base batch / at} for {@code linear}
   * @throws dev.secant.config.InputException for an unknown type or key, or a value out of range
   */
  public static Optimizer parse(Settings settings, int batchSize) {
    Optimizer optimizer =
        switch (settings.type()) {
          case "sgd" -> sgd(settings, batchSize, 0, false);
          case "momentum" -> sgd(settings, batchSize, 0.9, false);
          case "nesterov" -> sgd(settings, batchSize, 0.9, true);
          case "adam" -> adam(settings, batchSize, false);
          case "adamw" -> adam(settings, batchSize, true);
          case "rmsprop" ->
              new RmsProp(
                  learningRate(settings, batchSize, 0.01),
                  fraction(settings, "alpha", 0.99),
                  settings.numberBetween(0, Double.MAX_VALUE, "epsilon", 1e-8),
                  fraction(settings, "momentum", 0),
                  settings.flag("centered", false));
          case "lion" ->
              new Lion(
                  learningRate(settings, batchSize, 1e-4),
                  fraction(settings, "beta1", 0.9),
                  fraction(settings, "beta2", 0.99));
          default -> throw settings.unknownName("type", types().keySet());
        };
    settings.refuseUnknown();
    return optimizer;
  }

  private static Sgd sgd(Settings settings, int batchSize, double momentum, boolean nesterov) {
    double mu = fraction(settings, "momentum", momentum);
    boolean ahead = settings.flag("nesterov", nesterov);
    if (nesterov && !ahead) {
      throw settings.error("nesterov", "is false, but the type is nesterov; use type momentum");
    }
    if (ahead && mu == 0) {
      throw settings.error("momentum", "must be above 0 with nesterov");
    }
    return new Sgd(learningRate(settings, batchSize, 0.05), mu, ahead);
  }

  private static Adam adam(Settings settings, int batchSize, boolean decoupledDecay) {
    return new Adam(
        learningRate(settings, batchSize, 0.001),
        fraction(settings, "beta1", 0.9),
        fraction(settings, "beta2", 0.999),
        settings.numberBetween(0, Double.MAX_VALUE, "epsilon", 1e-8),
        decoupledDecay);
  }

  /** A number in [0, 1). */
  private static double fraction(Settings settings, String key, double otherwise) {
    return settings.numberBetween(0, LARGEST_BELOW_ONE, key, otherwise);
  }

  private static double learningRate(Settings settings, int batchSize, double otherwise) {
    if (!settings.has("lr") || !(settings.value("lr") instanceof ConfigObject)) {
      return settings.positive("lr", otherwise);
    }
    Settings lr = settings.section("lr");
    double base = lr.positive("base", otherwise);
    String scale = lr.text("scale");
    double at = lr.has("at") || !scale.equals("none") ? lr.positive("at") : batchSize;
    double scaled =
        switch (scale) {
          case "sqrt" -> base * Math.sqrt(batchSize / at);
          case "linear" -> base * (batchSize / at);
          case "none" -> base;
          default -> throw lr.error("scale", "must be sqrt, linear or none, but is " + scale);
        };
    lr.refuseUnknown();
    return scaled;
  }
}
