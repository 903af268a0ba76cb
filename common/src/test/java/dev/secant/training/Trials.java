package dev.secant.training;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import dev.secant.sweep.Trial;

/** Trials written in short: what is not named is as in most tests. */
final class Trials {
  private static final String DEFAULTS =
      """
      seeds: {init: 0, order: 0, noise: 0}, schedule: {type: constant}, weight-decay: 0,
      clip-norm: null, max-loss: 1e4
      """;

  private Trials() {}

  static Trial parse(String hocon) {
    Config config =
        ConfigFactory.parseString(hocon).withFallback(ConfigFactory.parseString(DEFAULTS));
    return Trial.fromJson(config.root().render(ConfigRenderOptions.concise()));
  }
}
