package dev.secant.data;

import dev.secant.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Photos in class folders, laid out as ImageNet is for torchvision: {@code train/class/photo.JPEG}
 * and {@code val/class/photo.JPEG}. Without {@code val} some training photos are held out; without
 * {@code train} too, the class folders lie in the folder itself. Classes are numbered in the order
 * of their names.
 *
 * <p>Photos are listed here and decoded when they are read: a damaged one is an error only then,
 * because opening a million files first would take longer than many a sweep.
 *
 * @param folder under the data root
 * @param size side of the square that a sample is
 * @param randomCrop whether training samples are random crops; else they are as validation samples
 * @param flip whether training samples are mirrored at random
 * @param classes the first so many classes are used; 0 for all
 * @param samplesPerClass the first so many photos of each class are used, of training and of
 *     validation; 0 for all
 * @param validationFraction share of the photos held out where there is no {@code val}
 */
record ImageFolder(
    String type,
    String folder,
    int size,
    boolean randomCrop,
    boolean flip,
    int classes,
    int samplesPerClass,
    double validationFraction)
    implements DatasetSource {
  static final String FOLDER = "image-folder";
  static final String IMAGENET = "imagenet";

  static ImageFolder parse(Settings settings, double validationFraction) {
    String type = settings.type();
    int classes = settings.integerFrom(0, "classes", 0);
    if (classes == 1) {
      throw settings.error("classes", "must be 0 for all or at least 2, but is 1");
    }
    return new ImageFolder(
        type,
        type.equals(IMAGENET) ? settings.text("folder", IMAGENET) : settings.text("folder"),
        settings.integerFrom(1, "size", 224),
        settings.flag("random-crop", true),
        settings.flag("flip", true),
        classes,
        settings.integerFrom(0, "samples-per-class", 0),
        ImageOptions.validationFraction(settings, validationFraction));
  }

  @Override
  public SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("folder", folder);
    settings.put("size", size);
    settings.put("random-crop", randomCrop);
    settings.put("flip", flip);
    settings.put("classes", classes);
    settings.put("samples-per-class", samplesPerClass);
    settings.put("validation-fraction", validationFraction);
    return settings;
  }

  @Override
  public Optional<String> place() {
    return Optional.of(folder);
  }

  @Override
  public Dataset load(Path root) {
    Path base = DataFiles.folder(root, folder, "train and val with one folder of photos a class");
    Path photos = Files.isDirectory(base.resolve("train")) ? base.resolve("train") : base;
    Path held = base.resolve("val");
    ClassFolders train = ClassFolders.list(photos, classes, samplesPerClass);
    ClassFolders validation;
    if (Files.isDirectory(held)) {
      validation = ClassFolders.list(held, classes, samplesPerClass);
      checkSame(train.classes(), photos, validation.classes(), held);
      checkSame(validation.classes(), held, train.classes(), photos);
    } else {
      ImageOptions.Split split = ImageOptions.Split.of(train.size(), validationFraction, photos);
      validation = train.chosen(split.validation());
      train = train.chosen(split.train());
    }
    return new PhotoFiles(
        new Task.Classification(3, size, size, train.classes().size()),
        train,
        validation,
        randomCrop,
        flip);
  }

  private static void checkSame(
      List<String> classes, Path folder, List<String> others, Path otherFolder) {
    Set<String> found = Set.copyOf(others);
    for (String name : classes) {
      if (!found.contains(name)) {
        throw DataFiles.wrong(
            otherFolder, "has no class folder " + name + "; expected the classes of " + folder);
      }
    }
  }
}
