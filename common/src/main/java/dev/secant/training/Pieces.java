package dev.secant.training;

import dev.secant.architecture.Layout;
import dev.secant.engine.Device;
import java.util.ArrayList;
import java.util.List;

/**
 * How a gradient leaves the network: each large tensor's as it is, those of small neighbours joined
 * to one vector. Joining all of them would copy every number of a large network once more a step;
 * joining none would make a small network's step many tiny operations. On a GPU all are joined:
 * there the copy costs little, and each operation on a piece a launch.
 *
 * @param tensors how many tensors of the layout each piece holds
 * @param sizes numbers in each piece; together the length of the weight vector
 */
record Pieces(List<Integer> tensors, List<Integer> sizes) {
  /** Copying fewer numbers than this costs less than one more operation a piece. */
  private static final int LARGE = 1 << 16;

  Pieces {
    tensors = List.copyOf(tensors);
    sizes = List.copyOf(sizes);
  }

  static Pieces of(Layout layout, Device device) {
    if (!device.equals(Device.CPU)) {
      return new Pieces(List.of(layout.entries().size()), List.of(layout.size()));
    }
    List<Integer> tensors = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    boolean open = false;
    for (Layout.Entry entry : layout.entries()) {
      boolean large = entry.size() >= LARGE;
      int last = sizes.size() - 1;
      if (open && !large) {
        tensors.set(last, tensors.get(last) + 1);
        sizes.set(last, sizes.get(last) + entry.size());
      } else {
        tensors.add(1);
        sizes.add(entry.size());
      }
      open = !large;
    }
    return new Pieces(tensors, sizes);
  }
}
