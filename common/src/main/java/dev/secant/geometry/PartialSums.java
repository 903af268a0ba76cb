package dev.secant.geometry;

import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;

/**
 * Writes TorchScript that computes many inner products of long vectors in one pass: parts that stay
 * in the processor's cache are multiplied and summed in float32, their sums added in float64. One
 * float32 product over 46 million numbers would be off by more than 1e-3.
 *
 * <p>{@code sum} adds in a cascade. {@code dot} adds in a row, which costs less, but rounds alike
 * numbers always the same way: the norm of Adam's first update, whose numbers all have the same
 * size, was off by 5e-6 of it.
 *
 * <p>On a GPU, where many small calls cost more than passes, the vectors are one part, and the sums
 * are float64. A norm makes no vector on the way, as {@code sum(mul)} does; {@code dot} makes none
 * either, but adds in float32.
 */
final class PartialSums {
  /** Seven vectors of this length, 128 KiB each, lie in a second-level cache. */
  private static final int PART = 32768;

  private PartialSums() {}

  /**
   * A method that takes the vectors and gives the products, float64.
   *
   * @param vectors names of the method's inputs
   * @param derived statements that make further vectors of a part's inputs: {@code d = ...}
   * @param pairs names to multiply, two each: {@code "g d"}
   */
  static String method(
      String name, List<String> vectors, List<String> derived, List<String> pairs) {
    return "  def %s(self: __torch__.secant.Net, %s) -> Tensor:\n%s    return total\n"
        .formatted(name, typed(vectors), loop(vectors, derived, pairs).indent(4));
  }

  /**
   * The same for each of several stretches of the vectors; gives {@code [stretches, pairs]}.
   *
   * @param sizes how long each stretch is; together the vectors' length
   */
  static String methodByStretch(
      String name,
      List<String> vectors,
      List<String> derived,
      List<String> pairs,
      List<Integer> sizes) {
    StringBuilder method = new StringBuilder();
    method.append(
        "  def %s(self: __torch__.secant.Net, %s) -> Tensor:\n"
            .formatted(
                name,
                typed(
                    vectors.stream()
                        .map(vector -> vector + "_whole")
                        .collect(Collectors.toList()))));
    vectors.forEach(
        vector ->
            method.append(
                "    %1$s_stretches = torch.split_with_sizes(%1$s_whole, %2$s)\n"
                    .formatted(vector, sizes)));
    method.append("    totals = annotate(List[Tensor], [])\n");
    method.append("    for k in range(torch.len(%s_stretches)):\n".formatted(vectors.get(0)));
    vectors.forEach(vector -> method.append("      %1$s = %1$s_stretches[k]\n".formatted(vector)));
    method.append(loop(vectors, derived, pairs).indent(6));
    method.append("      _t = torch.append(totals, total)\n    return torch.stack(totals)\n");
    return method.toString();
  }

  private static String loop(List<String> vectors, List<String> derived, List<String> pairs) {
    StringBuilder loop = new StringBuilder();
    loop.append(
        """
        on_gpu = ops.prim.is_cuda(%1$s)
        if on_gpu:
          part = torch.size(%1$s, 0)
        else:
          part = %2$d
        """
            .formatted(vectors.get(0), PART));
    vectors.forEach(
        vector -> loop.append("%1$s_parts = torch.split(%1$s, part)\n".formatted(vector)));
    loop.append("sums = annotate(List[Tensor], [])\n");
    loop.append("for i in range(torch.len(%s_parts)):\n".formatted(vectors.get(0)));
    vectors.forEach(vector -> loop.append("  %1$s_i = %1$s_parts[i]\n".formatted(vector)));
    derived.forEach(statement -> loop.append("  %s\n".formatted(statement)));
    loop.append("  if on_gpu:\n");
    loop.append(sums(pairs, PartialSums::whole));
    loop.append("  else:\n");
    loop.append(sums(pairs, (x, y) -> "torch.sum(torch.mul(%s, %s))".formatted(x, y)));
    loop.append(
        "total = torch.sum(torch.view(torch.to(torch.stack(sums), 7), [-1, %d]), [0])\n"
            .formatted(pairs.size()));
    return loop.toString();
  }

  private static String sums(List<String> pairs, BinaryOperator<String> product) {
    StringBuilder sums = new StringBuilder();
    for (String pair : pairs) {
      String[] names = pair.split(" ");
      sums.append("    _0 = torch.append(sums, %s)\n".formatted(product.apply(names[0], names[1])));
    }
    return sums.toString();
  }

  private static String whole(String x, String y) {
    return x.equals(y)
        ? "torch.square(torch.linalg_vector_norm(%s, 2, None, False, dtype=7))".formatted(x)
        : "torch.sum(torch.mul(%s, %s), dtype=7)".formatted(x, y);
  }

  private static String typed(List<String> names) {
    return names.stream().map(name -> name + ": Tensor").collect(Collectors.joining(", "));
  }
}
