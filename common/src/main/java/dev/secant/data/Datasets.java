package dev.secant.data;

import dev.secant.config.InputException;
import dev.secant.config.Settings;
import java.util.Collections;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** The datasets that a sweep can name. */
public final class Datasets {
  /** The share of the training samples that is held out unless a sweep says otherwise. */
  public static final double VALIDATION_FRACTION = 0.2;

  private static final SortedMap<String, Kind> KINDS = kinds();

  private Datasets() {}

  /**
   * What each type is, in one line, by its name.
   *
   * @throws InputException as {@link #parse(Settings, double)} where a {@link DatasetProvider} is
   *     at fault
   */
  public static SortedMap<String, String> types() {
    SortedMap<String, String> types = new TreeMap<>();
    known().forEach((type, kind) -> types.put(type, kind.description()));
    return Collections.unmodifiableSortedMap(types);
  }

  /** As {@link #parse(Settings, double)} with {@link #VALIDATION_FRACTION}. */
  public static DatasetSource parse(Settings component) {
    return parse(component, VALIDATION_FRACTION);
  }

  /**
   * Reads a dataset's settings; touches no file of the dataset. Known are the built-in types and
   * those of each {@link DatasetProvider} that the thread's context class loader finds.
   *
   * @param component a type and its options
   * @param validationFraction what {@code validation-fraction} is where the component does not say,
   *     for the types that have no validation samples of their own
   * @throws InputException where the type or an option is unknown or out of range, or a provider
   *     cannot be loaded or has the name of another type
   */
  public static DatasetSource parse(Settings component, double validationFraction) {
    String type = component.type();
    SortedMap<String, Kind> known = known();
    Kind kind = known.get(type);
    if (kind == null) {
      throw component.unknownName("type", known.keySet());
    }
    DatasetSource source = kind.reader().read(component, validationFraction);
    component.refuseUnknown();
    return source;
  }

  /**
   * A dataset with random training labels, a control: each training target is, with probability
   * {@code fraction}, replaced by a class drawn uniformly, the same one in every epoch; targets
   * without a label and the validation samples stay. In segmentation, where crops move, a sample's
   * classes are instead renamed, with the same probability, by a random permutation drawn for that
   * sample.
   *
   * @param fraction in {@code [0, 1]}
   * @param seed which labels are replaced, and by what, follows from it
   */
  public static Dataset withRandomLabels(Dataset dataset, double fraction, long seed) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException("fraction must be between 0 and 1, but is " + fraction);
    }
    return new RandomLabels(dataset, fraction, seed);
  }

  private static SortedMap<String, Kind> known() {
    SortedMap<String, Kind> known = new TreeMap<>(KINDS);
    try {
      for (DatasetProvider provider : ServiceLoader.load(DatasetProvider.class)) {
        Kind kind = new Kind(provider.description(), provider::parse);
        if (known.putIfAbsent(provider.type(), kind) != null) {
          throw new InputException(
              "dataset type "
                  + provider.type()
                  + " of "
                  + provider.getClass().getName()
                  + ": there is one of this name already; give it another");
        }
      }
    } catch (ServiceConfigurationError e) {
      throw new InputException("a dataset provider cannot be loaded: " + e.getMessage(), e);
    }
    return known;
  }

  private static SortedMap<String, Kind> kinds() {
    SortedMap<String, Kind> kinds = new TreeMap<>();
    kinds.put(
        Cifar.CIFAR10,
        new Kind("CIFAR-10, binary version: 32x32 colour photos of 10 classes", Cifar::parse));
    kinds.put(
        Cifar.CIFAR100,
        new Kind(
            "CIFAR-100, binary version: 32x32 colour photos of 100 classes, or 20 coarse ones",
            Cifar::parse));
    kinds.put(
        IdxImages.MNIST, new Kind("MNIST, IDX files: 28x28 handwritten digits", IdxImages::parse));
    kinds.put(
        IdxImages.FASHION_MNIST,
        new Kind("Fashion-MNIST, IDX files: 28x28 pieces of clothing", IdxImages::parse));
    kinds.put(
        WikiText.WIKITEXT_2,
        new Kind("WikiText-2: articles as word tokens, vocabulary 33,278", WikiText::parse));
    kinds.put(
        WikiText.WIKITEXT_103,
        new Kind(
            "WikiText-103: articles as 103 million word tokens, vocabulary 267,735",
            WikiText::parse));
    kinds.put(Text.TYPE, new Kind("plain text files, one character a token", Text::parse));
    kinds.put(
        ImageFolder.FOLDER,
        new Kind("a folder of photos in class folders, decoded when read", ImageFolder::parse));
    kinds.put(
        ImageFolder.IMAGENET,
        new Kind("ImageNet: photos in class folders, 1,000 classes", ImageFolder::parse));
    kinds.put(
        SegmentationFolder.FOLDER,
        new Kind("a folder of images and 8-bit class index masks", SegmentationFolder::parse));
    kinds.put(
        SegmentationFolder.CAMVID,
        new Kind("CamVid: street scenes with 11 classes a pixel", SegmentationFolder::parse));
    kinds.put(
        Vaihingen.TYPE,
        new Kind(
            "ISPRS Vaihingen: aerial photos with 6 classes a pixel, random crops",
            Vaihingen::parse));
    kinds.put(
        Shapes.TYPE,
        new Kind("generated: textured shapes of 10 classes in clutter and noise", Shapes::parse));
    kinds.put(Scenes.TYPE, new Kind("generated: landscapes with 6 classes a pixel", Scenes::parse));
    kinds.put(
        Grammar.TYPE,
        new Kind("generated: tokens of a probabilistic grammar with agreement", Grammar::parse));
    return Collections.unmodifiableSortedMap(kinds);
  }

  private interface Reader {
    DatasetSource read(Settings component, double validationFraction);
  }

  private record Kind(String description, Reader reader) {}
}
