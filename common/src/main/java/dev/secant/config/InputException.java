package dev.secant.config;

/**
 * What the user gave cannot be used: a configuration, a data file, an output location.
 *
 * <p>The message stands alone: what was wrong, where (file and line, or path), what would be right.
 */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
