package dev.secant.sweep;

/** Where a trial's random streams start; one number by default, set apart for controls. */
public record Seeds(long init, long order, long noise) {
  public static Seeds of(long seed) {
    return new Seeds(seed, seed, seed);
  }
}
