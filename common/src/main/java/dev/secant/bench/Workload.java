package dev.secant.bench;

import dev.secant.data.Dataset;
import dev.secant.data.Task;
import dev.secant.sweep.Trial;
import java.util.List;
import java.util.Locale;

/**
 * A network and a minibatch size whose steps are timed, always with momentum SGD.
 *
 * @param architecture as in a sweep's grid
 */
public record Workload(String name, String architecture, int batchSize, Task task) {
  private static final Task IMAGES = new Task.Classification(3, 32, 32, 10);
  private static final Task PIXELS = new Task.Segmentation(3, 64, 64, 6);

  public static final List<Workload> ALL =
      List.of(
          new Workload("mlp-512", "{\"type\": \"mlp\", \"hidden\": [512, 512]}", 128, IMAGES),
          new Workload(
              "mlp-4096", "{\"type\": \"mlp\", \"hidden\": [4096, 4096, 4096]}", 256, IMAGES),
          new Workload("resnet20", "{\"type\": \"resnet-cifar\", \"depth\": 20}", 128, IMAGES),
          new Workload("resnet18-cifar", "{\"type\": \"resnet-cifar\", \"depth\": 18}", 64, IMAGES),
          new Workload(
              "transformer-lm",
              "{\"type\": \"transformer-lm\", \"layers\": 12, \"dim\": 128, \"heads\": 4, \"ff\": 128}",
              32,
              new Task.Language(10_000, 32)),
          new Workload("unet", "{\"type\": \"unet\", \"channels\": 32, \"levels\": 4}", 4, PIXELS),
          new Workload("segnet", "{\"type\": \"segnet\"}", 2, PIXELS));

  /**
   * Its trial; the learning rate is too small for noise to make it diverge.
   *
   * @param steps its length: an epoch has one
   */
  public Trial trial(int steps) {
    return Trial.fromJson(
        String.format(
            Locale.ROOT,
            """
            {"architecture": %s, "dataset": {"type": "shapes"}, "batch-size": %d,
             "optimizer": {"type": "momentum", "lr": 1e-4, "momentum": 0.9},
             "seeds": {"init": 0, "order": 0, "noise": 0}, "epochs": %d,
             "schedule": {"type": "constant"}, "weight-decay": 0, "max-loss": 1e4}
            """,
            architecture,
            batchSize,
            steps));
  }

  /** One minibatch of noise. */
  public Dataset samples() {
    return new RandomSamples(task, batchSize);
  }
}
