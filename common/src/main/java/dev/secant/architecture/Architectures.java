package dev.secant.architecture;

import dev.secant.config.Settings;
import java.util.Map;
import java.util.TreeMap;

/** The architectures that a sweep can name. */
public final class Architectures {
  private static final Map<String, String> TYPES =
      Map.of(
          Mlp.TYPE, "multilayer perceptron; hidden = [512, 512]",
          ResNetCifar.TYPE,
              "residual network for small images; depth = 18, width = 1, or blocks and channels",
          TransformerLm.TYPE,
              "causal transformer; layers = 12, dim = 128, heads = 4, ff = 128, dropout = 0",
          UNet.TYPE, "U-Net; channels = 32, levels = 4");

  private Architectures() {}

  /** Every type with a line on what it is and its options. */
  public static Map<String, String> types() {
    return new TreeMap<>(TYPES);
  }

  /**
   * @throws dev.secant.config.InputException where the type or an option is not known, or an option
   *     is out of range
   */
  public static Architecture parse(Settings settings) {
    Architecture architecture =
        switch (settings.type()) {
          case Mlp.TYPE -> Mlp.parse(settings);
          case ResNetCifar.TYPE -> ResNetCifar.parse(settings);
          case TransformerLm.TYPE -> TransformerLm.parse(settings);
          case UNet.TYPE -> UNet.parse(settings);
          default -> throw settings.unknownName("type", TYPES.keySet());
        };
    settings.refuseUnknown();
    return architecture;
  }
}
