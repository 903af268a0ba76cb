package dev.secant.job;

import java.util.Optional;

/** The version that a class was built as. */
public final class SecantVersion {
  private SecantVersion() {}

  /** From the jar's manifest; {@code development} for classes that are in none. */
  public static String of(Class<?> type) {
    return Optional.ofNullable(type.getPackage().getImplementationVersion()).orElse("development");
  }
}
