package dev.secant.training;

import dev.secant.data.Batch;
import dev.secant.data.StoredImages;
import dev.secant.data.Task;
import dev.secant.engine.Program;
import dev.secant.engine.Scope;
import dev.secant.engine.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/**
 * The images of a dataset on the device, which cuts each batch's samples out of them: a step moves
 * two numbers a sample, and no pixels. The samples are, to the bit, those that a dataset reads.
 *
 * <p>An image is kept with a black border, so that a sample is a window of it: pixel i of plane c
 * lies at {@code start + plane[c, i] + step * column[i]}, where step is -1 for a mirrored sample.
 */
final class DeviceImages implements AutoCloseable {
  private static final String METHODS =
      Upload.METHOD
          + """
            def bordered(self: __torch__.secant.Net, images: Tensor, margins: Tensor) -> Tensor:
              margin = int(torch.item(margins))
              return torch.reshape(torch.constant_pad_nd(images, [margin, margin, margin, margin]), [-1])
            def cut(self: __torch__.secant.Net,
              windows: Tensor,
              images: Tensor,
              numbers: Tensor,
              plane: Tensor,
              column: Tensor,
              channel: Tensor) -> Tensor:
              start, step = torch.unbind(torch.unsqueeze((self).there(windows, images, ), 2), 1)
              at = torch.addcmul(torch.add(start, plane), step, column)
              bytes = torch.to(torch.take(images, at), 4)
              x = torch.take(numbers, torch.add(bytes, channel))
              return torch.view(x, [-1, $CHANNELS, $HEIGHT, $WIDTH])
          """;

  private final Program program;
  private final Tensor images;
  private final Tensor numbers;
  private final Tensor plane;
  private final Tensor column;
  private final Tensor channel;
  private final int margin;
  private final int width;

  /** From one image to the next, and from a row to the next. */
  private final long imageStride;

  private final int rowStride;

  /**
   * @param scope where the images are kept
   */
  DeviceImages(StoredImages stored, Task task, Scope scope) {
    int channels = task.inputShape().get(0);
    int height = task.inputShape().get(1);
    this.width = task.inputShape().get(2);
    this.margin = stored.margin();
    this.rowStride = width + 2 * margin;
    int planeStride = (height + 2 * margin) * rowStride;
    this.imageStride = (long) channels * planeStride;
    this.program =
        Program.compile(
            METHODS
                .replace("$CHANNELS", Integer.toString(channels))
                .replace("$HEIGHT", Integer.toString(height))
                .replace("$WIDTH", Integer.toString(width)));
    long[] planes = new long[channels * height * width];
    long[] columns = new long[planes.length];
    long[] tables = new long[planes.length];
    for (int i = 0; i < planes.length; i++) {
      int c = i / (height * width);
      int row = i / width % height;
      planes[i] = (long) c * planeStride + (long) row * rowStride;
      columns[i] = i % width;
      tables[i] = 256L * c;
    }
    float[] table = new float[stored.numbers().remaining()];
    stored.numbers().duplicate().get(table);
    ByteBuffer bytes = stored.bytes().duplicate();
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
    long count = direct.remaining() / planes.length;
    try (Scope passing = scope.child()) {
      Tensor moved = passing.here(passing.bytes(direct, count, channels, height, width));
      this.images = program.call(passing, "bordered", moved, passing.longs(margin)).get(0);
      scope.keep(images);
      this.plane = scope.copyOf(passing.here(passing.longs(planes)));
      this.column = scope.copyOf(passing.here(passing.longs(columns)));
      this.channel = scope.copyOf(passing.here(passing.longs(tables)));
    }
    this.numbers = scope.floats(table);
  }

  /** Bytes that the images take on a device. */
  static long bytes(StoredImages stored, Task task) {
    long height = task.inputShape().get(1);
    long width = task.inputShape().get(2);
    int margin = stored.margin();
    return stored.bytes().remaining()
        / (height * width)
        * ((height + 2 * margin) * (width + 2 * margin));
  }

  /** The inputs of a batch that holds cuts: float32 {@code [n, channels, height, width]}. */
  Tensor cut(Scope scope, Batch batch) {
    LongBuffer cuts = batch.cuts();
    ByteBuffer windows =
        ByteBuffer.allocateDirect(batch.size() * 2 * Long.BYTES).order(ByteOrder.nativeOrder());
    for (int i = 0; i < batch.size(); i++) {
      long image = cuts.get(i * Batch.CUT);
      long top = margin + cuts.get(i * Batch.CUT + 1);
      long left = margin + cuts.get(i * Batch.CUT + 2);
      boolean mirror = cuts.get(i * Batch.CUT + 3) != 0;
      long corner = image * imageStride + top * rowStride + left;
      windows.putLong(mirror ? corner + width - 1 : corner).putLong(mirror ? -1 : 1);
    }
    Tensor here = scope.longs(windows.flip(), batch.size(), 2);
    return program.call(scope, "cut", here, images, numbers, plane, column, channel).get(0);
  }

  @Override
  public void close() {
    program.close();
  }
}
