package dev.secant.job;

import dev.secant.sweep.EngineSettings;
import dev.secant.table.TrialRecord.Surroundings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions that this build was made of. */
public record Versions(String secant, String djl, String pytorch) {
  public static Versions read() {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("/secant.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Versions(
        properties.getProperty("secant"),
        properties.getProperty("djl"),
        properties.getProperty("pytorch"));
  }

  Surroundings surroundings(EngineSettings engine, String spark) {
    return new Surroundings(
        engine.device().text(),
        engine.threads(),
        secant,
        djl,
        pytorch,
        spark,
        Runtime.version().toString());
  }
}
