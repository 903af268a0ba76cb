package dev.secant.job;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.util.Map;

/** Settings as one line of JSON. */
final class Json {
  private Json() {}

  static String of(Map<String, Object> settings) {
    return ConfigValueFactory.fromMap(settings).render(ConfigRenderOptions.concise());
  }
}
