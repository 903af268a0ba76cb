package dev.secant.job;

import java.io.IOException;

/**
 * The output could not be read or written. No trial is at fault, so none fails for it: Spark tries
 * the task elsewhere where it can, and in the end the sweep stops.
 */
final class OutputFailed extends IOException {
  private static final long serialVersionUID = 1L;

  OutputFailed(String doing, IOException cause) {
    super(doing + ": " + reason(cause), cause);
  }

  private static String reason(IOException cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
