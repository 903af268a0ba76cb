package dev.secant.job;

import ai.djl.engine.EngineException;
import dev.secant.config.InputException;
import java.io.Serializable;
import java.util.concurrent.CancellationException;

/**
 * What came of a task. A trial that fails would fail again, so its error is a value: Spark retries
 * only what it lost itself.
 */
sealed interface Attempt<T> extends Serializable {
  record Done<T>(T value) implements Attempt<T> {}

  /**
   * @param category bad-data, out-of-memory, engine or internal
   */
  record Failed<T>(String category, String message) implements Attempt<T> {}

  /** Work that may throw. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws Exception;
  }

  static <T> Attempt<T> of(Work<T> work) {
    try {
      return new Done<>(work.run());
    } catch (CancellationException killed) {
      throw killed;
    } catch (Exception | OutOfMemoryError e) {
      return new Failed<>(category(e), message(e));
    }
  }

  private static String category(Throwable e) {
    if (e instanceof InputException) {
      return "bad-data";
    }
    boolean memory =
        e instanceof OutOfMemoryError || String.valueOf(e.getMessage()).contains("out of memory");
    return memory ? "out-of-memory" : e instanceof EngineException ? "engine" : "internal";
  }

  static String message(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
