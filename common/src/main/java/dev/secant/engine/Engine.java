package dev.secant.engine;

import ai.djl.ndarray.NDManager;

/**
 * The native engine of this process: DJL's PyTorch engine on a CPU.
 *
 * <p>A path depends on the number of threads that one operation uses, and the engine reads that
 * number once, when it starts. So all runs in one process share it.
 */
public final class Engine {
  private static final String NAME = "PyTorch";
  private static final String THREADS = "ai.djl.pytorch.num_threads";

  private Engine() {}

  /**
   * A new root scope.
   *
   * @param threads threads that one operation may use
   * @throws IllegalStateException where the engine of this process already runs with another number
   */
  public static synchronized Scope open(int threads) {
    String wanted = Integer.toString(threads);
    String running = System.getProperty(THREADS, wanted);
    if (!running.equals(wanted)) {
      throw new IllegalStateException(
          "this process computes with "
              + running
              + " threads an operation; a run with "
              + wanted
              + " needs a process of its own");
    }
    System.setProperty(THREADS, wanted);
    System.setProperty("ai.djl.offline", "true");
    // The profiling executor may choose other kernels from one call to the next.
    System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
    return new Scope(NDManager.newBaseManager(NAME));
  }

  /** Threads that one operation may use. */
  public static int threads() {
    return Integer.getInteger(THREADS, 1);
  }

  /** The version of libtorch, such as {@code 2.7.1}. */
  public static String version() {
    return ai.djl.engine.Engine.getEngine(NAME).getVersion();
  }
}
