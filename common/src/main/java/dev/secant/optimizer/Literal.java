package dev.secant.optimizer;

/** Numbers as TorchScript reads them. */
final class Literal {
  private Literal() {}

  /** Every digit of the number, with a decimal point: without one TorchScript reads an int. */
  static String of(double value) {
    return Double.toString(value).replace('E', 'e');
  }
}
