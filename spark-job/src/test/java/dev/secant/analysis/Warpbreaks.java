package dev.secant.analysis;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** R's dataset warpbreaks (Tippett 1950): breaks of yarn by wool and tension, nine looms each. */
final class Warpbreaks {
  static final double[] BREAKS = {
    26, 30, 54, 25, 70, 52, 51, 26, 67, 18, 21, 29, 17, 12, 18, 35, 30, 36,
    36, 21, 24, 18, 10, 43, 28, 15, 26, 27, 14, 29, 19, 29, 31, 41, 20, 44,
    42, 26, 19, 16, 39, 28, 21, 39, 29, 20, 21, 24, 17, 13, 15, 15, 16, 28
  };

  static final Factor WOOL =
      new Factor(
          "wool", List.of("A", "B"), IntStream.range(0, 54).map(i -> i / 27).boxed().toList());

  static final Factor TENSION =
      new Factor(
          "tension",
          List.of("L", "M", "H"),
          IntStream.range(0, 54).map(i -> i / 9 % 3).boxed().toList());

  /** Rows that a test leaves out to unbalance the design. */
  static final Set<Integer> LEFT_OUT = Set.of(0, 1, 2, 3, 10, 40, 41, 53);

  private Warpbreaks() {}
}
