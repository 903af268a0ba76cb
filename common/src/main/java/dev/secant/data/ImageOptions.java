package dev.secant.data;

import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the readers of labelled images have in common.
 *
 * @param crop pixels of black border that training crops are drawn from; 0 for none
 * @param flip whether training samples are mirrored at random
 * @param samples the first so many samples are used; 0 for all
 * @param validationFraction share of the samples held out; 0 where {@code test}
 * @param test whether validation is on the published test files
 */
record ImageOptions(int crop, boolean flip, int samples, double validationFraction, boolean test) {

  static ImageOptions parse(Settings settings, int crop, double validationFraction) {
    boolean test =
        switch (settings.text("validation", "held-out")) {
          case "held-out" -> false;
          case "test" -> true;
          default -> throw settings.error("validation", "must be held-out or test");
        };
    if (test && settings.has("validation-fraction")) {
      throw settings.error("validation-fraction", "has no meaning with validation = test");
    }
    return new ImageOptions(
        settings.integerFrom(0, "crop", crop),
        settings.flag("flip", false),
        settings.integerFrom(0, "samples", 0),
        test ? 0 : validationFraction(settings, validationFraction),
        test);
  }

  static double validationFraction(Settings settings, double otherwise) {
    return settings.numberBetween(0, 0.9, "validation-fraction", otherwise);
  }

  SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("crop", crop);
    settings.put("flip", flip);
    settings.put("samples", samples);
    if (test) {
      settings.put("validation", "test");
    } else {
      settings.put("validation-fraction", validationFraction);
    }
    return settings;
  }

  /** How many of the samples there are to use. */
  int limit(long available, Path where) {
    if (samples > available) {
      throw DataFiles.wrong(
          where, "holds " + available + " samples, but samples = " + samples + " are asked for");
    }
    return samples == 0 ? Math.toIntExact(available) : samples;
  }

  Split split(int count, Path where) {
    return Split.of(count, validationFraction, where);
  }

  /** Which samples are for training and which are held out, each in ascending order. */
  record Split(int[] train, int[] validation) {

    /** The same split for everyone: it does not depend on a trial's seed. */
    static Split of(int count, double fraction, Path where) {
      int held = (int) Math.round(count * fraction);
      if (held >= count) {
        throw new InputException(
            where
                + ": "
                + count
                + " samples leave none for training at validation-fraction = "
                + fraction);
      }
      int[] order = RandomStream.at(0, Purpose.VALIDATION_SPLIT).permutation(count);
      int[] validation = Arrays.copyOfRange(order, 0, held);
      int[] train = Arrays.copyOfRange(order, held, count);
      Arrays.sort(validation);
      Arrays.sort(train);
      return new Split(train, validation);
    }

    /** The first samples for training, the rest held out. */
    static Split after(int train, int validation) {
      int[] all = new int[train + validation];
      Arrays.setAll(all, i -> i);
      return new Split(
          Arrays.copyOfRange(all, 0, train), Arrays.copyOfRange(all, train, all.length));
    }
  }
}
