package dev.secant.architecture;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Sums and rectified numbers written over what they are made of, where nobody else reads that, as
 * {@code inplace=True} does in PyTorch: the same numbers, and a tensor less to be written and held.
 */
final class InPlace {
  private static final Pattern VARIABLE = Pattern.compile("\\bv\\d+\\b");
  private static final Pattern OPERATION = Pattern.compile("torch\\.(relu|add)\\((v\\d+)");

  private InPlace() {}

  /**
   * A network's body with its operations in place.
   *
   * @param passing the variables that may be written over
   * @param output the variable that is read when all is done
   */
  static String body(String body, Set<String> passing, String output) {
    Map<String, Integer> mentions = new HashMap<>();
    VARIABLE
        .matcher(body)
        .results()
        .forEach(found -> mentions.merge(found.group(), 1, Math::addExact));
    mentions.merge(output, 1, Math::addExact);
    return OPERATION
        .matcher(body)
        .replaceAll(
            found -> {
              String operand = found.group(2);
              // It is mentioned where it is made, too.
              boolean isReadOnce = passing.contains(operand) && mentions.get(operand) == 2;
              return isReadOnce ? "torch." + found.group(1) + "_(" + operand : found.group();
            });
  }
}
