package dev.secant.job;

import ai.djl.engine.EngineException;
import dev.secant.config.InputException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.Serializable;
import java.io.StringWriter;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.apache.spark.TaskContext;

/**
 * What a task brings home. An error of the trial itself is an outcome like any other, so Spark does
 * not try again what would fail again; only a lost executor, a killed task or an output that cannot
 * be read or written is an exception.
 */
sealed interface TaskOutcome<T> extends Serializable {
  /** The task did its work. */
  record Done<T>(T value) implements TaskOutcome<T> {}

  /** The trial failed. */
  record Failed<T>(Failure failure) implements TaskOutcome<T> {}

  /** The same with a part of what was brought home. */
  default <S> TaskOutcome<S> map(Function<T, S> part) {
    return this instanceof Done<T> done
        ? new Done<>(part.apply(done.value()))
        : new Failed<>(((Failed<T>) this).failure());
  }

  /** What a task does. */
  interface Work<T> {
    T run() throws IOException;
  }

  static <T> TaskOutcome<T> of(Work<T> work) throws IOException {
    try {
      return new Done<>(work.run());
    } catch (CancellationException
        | InterruptedIOException
        | ClosedByInterruptException
        | OutputFailed e) {
      throw e;
    } catch (IOException | RuntimeException | OutOfMemoryError | LinkageError e) {
      if (TaskContext.get().isInterrupted()) {
        throw e;
      }
      return new Failed<>(Failure.of(e));
    }
  }

  /**
   * Why a trial failed.
   *
   * @param category bad-data, out-of-memory, engine, internal, lost-executor or time-limit
   * @param trace for those who ask for it
   */
  record Failure(String category, String message, String trace) implements Serializable {
    static Failure of(Throwable error) {
      StringWriter trace = new StringWriter();
      error.printStackTrace(new PrintWriter(trace));
      return new Failure(category(error), message(error), trace.toString());
    }

    private static String category(Throwable error) {
      for (Throwable e = error; e != null; e = e.getCause()) {
        String message = String.valueOf(e.getMessage());
        if (e instanceof OutOfMemoryError
            || message.contains("out of memory")
            || message.contains("not enough memory")
            || message.contains("can't allocate memory")) {
          return "out-of-memory";
        }
        if (e instanceof InputException) {
          return "bad-data";
        }
        if (e instanceof EngineException) {
          return "engine";
        }
      }
      return "internal";
    }

    private static String message(Throwable error) {
      String message = error.getMessage();
      if (message == null || message.isBlank()) {
        return error.getClass().getSimpleName();
      }
      return error instanceof InputException
          ? message
          : error.getClass().getSimpleName() + ": " + message;
    }
  }
}
