package dev.secant.engine;

/** How far this JVM lets the processor's vector units be used. */
public final class VectorUnits {
  private static final boolean HERE =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

  private VectorUnits() {}

  /** Whether there is the vector module; without it, no class that names its types may be used. */
  public static boolean areHere() {
    return HERE;
  }

  /**
   * Whether vectors can also be loaded from, and stored to, buffers outside the heap. Java 19 took
   * these methods away.
   */
  public static boolean reachBuffers() {
    return HERE && Runtime.version().feature() < 19;
  }

  /**
   * Whether additions of products come out to the bit as the tensor library has them, so that one
   * may do what the other began; and buffers are in reach. The engine must have started.
   */
  public static boolean equalTheTensorLibrary() {
    return reachBuffers() && FusedAdd.isHere();
  }
}
