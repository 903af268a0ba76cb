package dev.secant.architecture;

import java.util.List;

/** Which named tensors lie one after another in a flat float32 vector. */
public record Layout(List<Entry> entries) {
  public Layout {
    entries = List.copyOf(entries);
  }

  /** A tensor's name (as in PyTorch's {@code state_dict}), its shape, and how it starts. */
  public record Entry(String name, List<Integer> shape, Initial initial) {
    public Entry {
      shape = List.copyOf(shape);
    }

    public int size() {
      return shape.stream().reduce(1, Math::multiplyExact);
    }
  }

  /** The length of the flat vector. */
  public int size() {
    return Math.toIntExact(entries.stream().mapToLong(Entry::size).sum());
  }
}
