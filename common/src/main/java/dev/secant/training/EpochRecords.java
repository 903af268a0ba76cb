package dev.secant.training;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import dev.secant.table.EpochRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/** Epochs as lists of lists, to be kept in JSON. Numbers are texts: JSON has no NaN. */
final class EpochRecords {
  private EpochRecords() {}

  static List<List<String>> rows(List<EpochRecord> epochs) {
    return epochs.stream()
        .map(
            e ->
                texts(
                    e.epoch(),
                    e.step(),
                    e.trainLoss(),
                    e.trainScore(),
                    e.validationLoss(),
                    e.validationScore(),
                    e.validationMeanIou()))
        .toList();
  }

  static List<EpochRecord> parse(ConfigList rows) {
    List<EpochRecord> epochs = new ArrayList<>();
    for (ConfigValue row : rows) {
      double[] e = numbers((List<?>) row.unwrapped());
      epochs.add(new EpochRecord((int) e[0], (long) e[1], e[2], e[3], e[4], e[5], e[6]));
    }
    return epochs;
  }

  static List<String> texts(double... numbers) {
    return DoubleStream.of(numbers).mapToObj(Double::toString).toList();
  }

  static double[] numbers(List<?> texts) {
    return texts.stream().mapToDouble(text -> Double.parseDouble(String.valueOf(text))).toArray();
  }
}
