package dev.secant.architecture;

import dev.secant.architecture.NetworkBuilder.Value;
import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A U-Net (Ronneberger, Fischer, Brox, MICCAI 2015) with BatchNorm and transposed convolutions up.
 * Tensors are named as in the widely used PyTorch model "brain-segmentation-pytorch".
 *
 * @param channels of the first level; each level down doubles them
 * @param levels how often the image is halved
 */
public record UNet(int channels, int levels) implements Architecture {
  static final String TYPE = "unet";

  static UNet parse(Settings settings) {
    return new UNet(settings.integerFrom(1, "channels", 32), settings.integerFrom(1, "levels", 4));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    return new TreeMap<>(Map.of("channels", channels, "levels", levels));
  }

  @Override
  public Network network(Task task) {
    if (!(task instanceof Task.Segmentation image)) {
      throw new InputException("architecture unet segments images; it cannot learn " + task);
    }
    int factor = 1 << levels;
    if (image.height() % factor != 0 || image.width() % factor != 0) {
      throw new InputException(
          "architecture unet with "
              + levels
              + " levels needs images whose sides are multiples of "
              + factor
              + ", not "
              + image.height()
              + "x"
              + image.width());
    }
    NetworkBuilder net = new NetworkBuilder(task);
    Deque<Value> skipped = new ArrayDeque<>();
    Value x = net.input();
    for (int level = 1; level <= levels; level++) {
      x = block(net, "encoder" + level, "enc" + level, x, channels << (level - 1));
      skipped.push(x);
      x = net.maxPool(x);
    }
    x = block(net, "bottleneck", "bottleneck", x, channels << levels);
    for (int level = levels; level >= 1; level--) {
      x = net.upConv("upconv" + level, x, channels << (level - 1));
      x = net.concatenate(x, skipped.pop());
      x = block(net, "decoder" + level, "dec" + level, x, channels << (level - 1));
    }
    return net.build(net.convWithBias("conv", x, task.classes(), 1));
  }

  private static Value block(
      NetworkBuilder net, String name, String prefix, Value x, int channels) {
    for (int i = 1; i <= 2; i++) {
      x = net.conv(name + "." + prefix + "conv" + i, x, channels, 3, 1);
      x = net.relu(net.batchNorm(name + "." + prefix + "norm" + i, x));
    }
    return x;
  }
}
