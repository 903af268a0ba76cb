package dev.secant.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.secant.config.Settings;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Loads datasets and reads whole parts of them into arrays. */
final class Reading {
  private Reading() {}

  static Dataset load(Path root, String type, Map<String, ?> options) {
    return source(type, options).load(root);
  }

  static DatasetSource source(String type, Map<String, ?> options) {
    Map<String, Object> settings = new TreeMap<>(options);
    settings.put("type", type);
    return Datasets.parse(Settings.of(settings));
  }

  static Path realData() {
    String root = System.getenv("SECANT_DATA");
    assumeTrue(root != null, "SECANT_DATA is not set: no real data to read");
    return Path.of(root);
  }

  static Batch train(Dataset data, int count) {
    Batch batch = new Batch(data.task(), count);
    data.readTrain(
        IntStream.range(0, count).toArray(), RandomStream.at(7, Purpose.AUGMENTATION, 3), batch);
    return batch;
  }

  static Batch validation(Dataset data) {
    Batch batch = new Batch(data.task(), data.validationSize());
    data.readValidation(0, data.validationSize(), batch);
    return batch;
  }

  static float[] pixels(Batch batch) {
    float[] pixels = new float[batch.size() * batch.task().inputSize()];
    batch.pixels().get(0, pixels);
    return pixels;
  }

  static long[] tokens(Batch batch) {
    long[] tokens = new long[batch.size() * batch.task().inputSize()];
    batch.tokens().get(0, tokens);
    return tokens;
  }

  static long[] targets(Batch batch) {
    long[] targets = new long[batch.size() * batch.task().targetSize()];
    batch.targets().get(0, targets);
    return targets;
  }
}
