package dev.secant.engine;

import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDManager;
import dev.secant.config.InputException;
import java.util.Optional;
import java.util.Set;

/**
 * The native engine of this process: DJL's PyTorch engine.
 *
 * <p>A path depends on the number of threads that one operation uses, and the engine reads that
 * number once, when it starts. So all runs in one process share it.
 */
public final class Engine {
  static final String NAME = "PyTorch";
  private static final String THREADS = "ai.djl.pytorch.num_threads";
  private static final String THREADS_BETWEEN = "ai.djl.pytorch.num_interop_threads";

  /** Sizes of cuBLAS's work space with which it repeats its results; read when CUDA starts. */
  private static final String WORKSPACE = "CUBLAS_WORKSPACE_CONFIG";

  private static final Set<String> REPEATING = Set.of(":4096:8", ":16:8");

  private Engine() {}

  /** A new root scope on the processor; see {@link #open(Device, int)}. */
  public static Scope open(int threads) {
    return open(Device.CPU, threads);
  }

  /**
   * A new root scope.
   *
   * @param threads threads that one operation may use
   * @throws IllegalStateException where the engine of this process already runs with another number
   * @throws InputException where the device cannot be used; see {@link #require}
   */
  public static synchronized Scope open(Device device, int threads) {
    require(device, threads);
    if (device instanceof Device.Gpu gpu) {
      TorchContext context = TorchContext.ofProcess();
      context.setDeterministic(gpu.deterministic());
      context.setBenchmarking(!gpu.deterministic());
      context.forbidTensorFloat32();
    }
    // Without a device, DJL would take the first GPU that it finds.
    return new Scope(NDManager.newBaseManager(djl(device), NAME), device);
  }

  /**
   * Starts the engine, unless it runs, and checks that it can use a device.
   *
   * @throws InputException where it cannot, or where there is no libtorch; the message says what
   *     was found and what would be right
   */
  public static synchronized void require(Device device, int threads) {
    start(threads);
    if (device instanceof Device.Gpu gpu) {
      int seen = gpus(threads);
      if (gpu.index() >= seen) {
        throw new InputException(Libtorch.loaded().objection(gpu.index(), seen));
      }
      String workspace = Optional.ofNullable(System.getenv(WORKSPACE)).orElse("not set");
      if (gpu.deterministic() && !REPEATING.contains(workspace)) {
        throw new InputException(
            "deterministic kernels on a GPU need "
                + WORKSPACE
                + "=:4096:8 in the environment of the process, where it is "
                + workspace
                + "; on a cluster set spark.executorEnv."
                + WORKSPACE
                + ", or allow other kernels with engine.deterministic = false");
      }
    }
  }

  /** How many GPUs the engine sees; starts it, unless it runs. */
  public static synchronized int gpus(int threads) {
    start(threads);
    boolean any = ai.djl.engine.Engine.getEngine(NAME).hasCapability(StandardCapabilities.CUDA);
    return any ? TorchContext.ofProcess().gpus() : 0;
  }

  /** Threads that one operation may use. */
  public static int threads() {
    return Integer.getInteger(THREADS, 1);
  }

  /** The version of libtorch, such as {@code 2.7.1}. */
  public static String version() {
    return ai.djl.engine.Engine.getEngine(NAME).getVersion();
  }

  static ai.djl.Device djl(Device device) {
    return device instanceof Device.Gpu gpu ? ai.djl.Device.gpu(gpu.index()) : ai.djl.Device.cpu();
  }

  private static void start(int threads) {
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
    // Programs have no parts that run side by side; parallelism comes from trials.
    System.setProperty(THREADS_BETWEEN, System.getProperty(THREADS_BETWEEN, "1"));
    System.setProperty("ai.djl.offline", "true");
    // The profiling executor may choose other kernels from one call to the next.
    System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
    Optional<Libtorch> named = Libtorch.named();
    if (named.isEmpty() && !Libtorch.bundled()) {
      throw new InputException(Libtorch.missing());
    }
    named.ifPresent(Libtorch::check);
    named.ifPresent(Libtorch::announce);
    try {
      ai.djl.engine.Engine.getEngine(NAME);
      OneDnn.require();
    } catch (EngineException e) {
      throw named
          .map(libtorch -> new InputException(libtorch.failure(e), e))
          .<RuntimeException>map(refused -> refused)
          .orElse(e);
    }
  }
}
