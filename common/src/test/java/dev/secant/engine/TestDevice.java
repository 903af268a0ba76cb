package dev.secant.engine;

/**
 * Where tests compute whose meaning does not depend on it: on the processor, or on the first GPU
 * where the system property {@code secant.test.device} is {@code gpu}.
 */
public final class TestDevice {
  private TestDevice() {}

  public static Device device() {
    return switch (System.getProperty("secant.test.device", "cpu")) {
      case "cpu" -> Device.CPU;
      case "gpu" -> new Device.Gpu(0, true);
      default -> throw new IllegalArgumentException("secant.test.device is neither cpu nor gpu");
    };
  }

  /** A root scope on it, with one thread. */
  public static Scope open() {
    return Engine.open(device(), 1);
  }
}
