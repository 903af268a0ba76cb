package dev.secant.fetch;

/** A dataset could not be fetched. The message stands alone: what went wrong, and what helps. */
public final class FetchException extends Exception {
  private static final long serialVersionUID = 1L;

  FetchException(String message) {
    super(message);
  }

  FetchException(String message, Throwable cause) {
    super(message, cause);
  }
}
