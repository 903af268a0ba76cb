package dev.secant.training;

import dev.secant.data.Batch;
import dev.secant.data.StoredImages;
import dev.secant.data.Task;
import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import java.nio.ByteBuffer;

/**
 * The images of a dataset on the device, which cuts each batch's samples out of them: a step moves
 * some numbers a sample, and no pixels. The samples are, to the bit, those that a dataset reads.
 */
final class DeviceImages implements AutoCloseable {
  private static final String METHODS =
      Upload.METHOD
          + """
            def cut(self: __torch__.secant.Net,
              cuts: Tensor,
              images: Tensor,
              numbers: Tensor) -> Tensor:
              image, top, left, mirror = torch.unbind((self).there(cuts, images, ), 1)
              rows = torch.add(torch.unsqueeze(top, 1), torch.arange($HEIGHT, dtype=4, device=ops.prim.device(images)))
              along = torch.arange($WIDTH, dtype=4, device=ops.prim.device(images))
              mirrored = torch.unsqueeze(torch.ne(mirror, 0), 1)
              place = torch.where(mirrored, torch.rsub(along, $WIDTH - 1), torch.unsqueeze(along, 0))
              columns = torch.add(torch.unsqueeze(left, 1), place)
              row_inside = torch.logical_and(torch.ge(rows, 0), torch.lt(rows, $HEIGHT))
              column_inside = torch.logical_and(torch.ge(columns, 0), torch.lt(columns, $WIDTH))
              inside = torch.logical_and(torch.unsqueeze(row_inside, 2), torch.unsqueeze(column_inside, 1))
              within = torch.mul(torch.unsqueeze(torch.clamp(rows, 0, $HEIGHT - 1), 2), $WIDTH)
              at = torch.add(within, torch.unsqueeze(torch.clamp(columns, 0, $WIDTH - 1), 1))
              plane = torch.expand(torch.view(at, [-1, 1, $PIXELS]), [-1, $CHANNELS, -1])
              bytes = torch.to(torch.gather(torch.index_select(images, 0, image), 2, plane), 4)
              seen = torch.mul(bytes, torch.to(torch.view(inside, [-1, 1, $PIXELS]), 4))
              channel = torch.view(torch.arange($CHANNELS, dtype=4, device=ops.prim.device(images)), [-1, 1])
              x = torch.take(numbers, torch.add(seen, channel, alpha=256))
              return torch.view(x, [-1, $CHANNELS, $HEIGHT, $WIDTH])
          """;

  private final Program program;
  private final Tensor images;
  private final Tensor numbers;

  /**
   * @param scope where the images are kept
   */
  DeviceImages(StoredImages stored, Task task, Scope scope) {
    long channels = task.inputShape().get(0);
    long pixels = (long) task.inputShape().get(1) * task.inputShape().get(2);
    this.program =
        Program.compile(
            METHODS
                .replace("$CHANNELS", Long.toString(channels))
                .replace("$HEIGHT", Integer.toString(task.inputShape().get(1)))
                .replace("$WIDTH", Integer.toString(task.inputShape().get(2)))
                .replace("$PIXELS", Long.toString(pixels)));
    ByteBuffer bytes = stored.bytes().duplicate();
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
    long count = direct.remaining() / (channels * pixels);
    try (Scope passing = scope.child()) {
      Tensor moved = passing.here(passing.bytes(direct, count, channels, pixels));
      this.images = scope.copyOf(moved);
    }
    float[] table = new float[stored.numbers().remaining()];
    stored.numbers().duplicate().get(table);
    this.numbers = scope.floats(table);
  }

  /** The inputs of a batch that holds cuts: float32 {@code [n, channels, height, width]}. */
  Tensor cut(Scope scope, Batch batch) {
    Tensor cuts = scope.longs(batch.inputBytes(), batch.size(), Batch.CUT);
    return program.call(scope, "cut", cuts, images, numbers).get(0);
  }

  @Override
  public void close() {
    program.close();
  }
}
