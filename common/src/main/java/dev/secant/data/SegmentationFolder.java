package dev.secant.data;

import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.ImageFile.Pixels;
import dev.secant.data.LabelledPixels.LabelledImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A folder of images and masks, laid out as CamVid is in the SegNet tutorial: {@code train.txt} and
 * {@code val.txt} list pairs of an image and its mask, or, without lists, the images of {@code
 * train/} and {@code val/} have masks of the same name in {@code trainannot/} and {@code
 * valannot/}. Masks are 8-bit images of class indices. Without validation images some training
 * images are held out.
 *
 * @param folder under the data root
 * @param ignore index of pixels without a label; -1 where all have one
 * @param crop side of the square that a sample is; 0 for whole images, which must be of one size
 * @param flip whether training samples are mirrored at random
 * @param cropsPerEpoch training samples an epoch, image after image; 0 for as many as whole crops
 *     fit into the images
 * @param scale every so many pixels in each direction become one
 * @param validationFraction share of the images held out where there are no validation images
 */
record SegmentationFolder(
    String type,
    String folder,
    int classes,
    int ignore,
    int crop,
    boolean flip,
    int cropsPerEpoch,
    int scale,
    double validationFraction)
    implements DatasetSource {
  static final String FOLDER = "segmentation-folder";
  static final String CAMVID = "camvid";

  static SegmentationFolder parse(Settings settings, double validationFraction) {
    String type = settings.type();
    String folder = type.equals(CAMVID) ? settings.text("folder", CAMVID) : settings.text("folder");
    int classes = settings.integerFrom(2, "classes", 11);
    if (classes > LabelledPixels.IGNORED_BYTE) {
      throw settings.error("classes", "must be at most 255, but is " + classes);
    }
    int ignore = settings.integerFrom(-1, "ignore", 11);
    if ((ignore >= 0 && ignore < classes) || ignore > 255) {
      throw settings.error("ignore", "must be -1 or from " + classes + " to 255, but is " + ignore);
    }
    return new SegmentationFolder(
        type,
        folder,
        classes,
        ignore,
        settings.integerFrom(0, "crop", 64),
        settings.flag("flip", false),
        settings.integerFrom(0, "crops-per-epoch", 0),
        settings.integerFrom(1, "scale", 1),
        ImageOptions.validationFraction(settings, validationFraction));
  }

  @Override
  public SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("folder", folder);
    settings.put("classes", classes);
    settings.put("ignore", ignore);
    settings.put("crop", crop);
    settings.put("flip", flip);
    settings.put("crops-per-epoch", cropsPerEpoch);
    settings.put("scale", scale);
    settings.put("validation-fraction", validationFraction);
    return settings;
  }

  @Override
  public Optional<String> place() {
    return Optional.of(folder);
  }

  @Override
  public Dataset load(Path root) {
    Path base =
        DataFiles.folder(
            root, folder, "train.txt with pairs of image and mask, or train/ and trainannot/");
    List<Pair> pairs = pairs(base, "train");
    if (pairs.isEmpty()) {
      throw DataFiles.wrong(
          base, "has no training images; expected train.txt, or train/ and trainannot/");
    }
    List<Pair> train = pairs;
    List<Pair> validation = pairs(base, "val");
    if (validation.isEmpty()) {
      ImageOptions.Split split = ImageOptions.Split.of(pairs.size(), validationFraction, base);
      train = chosen(pairs, split.train());
      validation = chosen(pairs, split.validation());
    }
    List<LabelledImage> trainImages = read(train);
    List<LabelledImage> validationImages = read(validation);
    int height = crop == 0 ? trainImages.get(0).height() : crop;
    int width = crop == 0 ? trainImages.get(0).width() : crop;
    int fitting = checkSizes(train, trainImages, height, width);
    checkSizes(validation, validationImages, height, width);
    return new LabelledPixels(
        new Task.Segmentation(3, height, width, classes),
        trainImages,
        validationImages,
        cropsPerEpoch == 0 ? fitting : cropsPerEpoch,
        flip ? LabelledPixels.Flips.HORIZONTAL : LabelledPixels.Flips.NONE,
        LabelledPixels.normalisation(3, trainImages));
  }

  private int checkSizes(List<Pair> pairs, List<LabelledImage> images, int height, int width) {
    int fitting = 0;
    for (int i = 0; i < images.size(); i++) {
      LabelledImage image = images.get(i);
      boolean fits =
          crop == 0
              ? image.height() == height && image.width() == width
              : image.height() >= height && image.width() >= width;
      if (!fits) {
        throw DataFiles.wrong(
            pairs.get(i).image(),
            String.format(
                "is %dx%d (width x height, at scale %d); expected %s %dx%d",
                image.width(),
                image.height(),
                scale,
                crop == 0 ? "the first image's size, as crop = 0," : "at least the crop,",
                width,
                height));
      }
      fitting += (image.height() / height) * (image.width() / width);
    }
    return fitting;
  }

  private List<LabelledImage> read(List<Pair> pairs) {
    List<LabelledImage> images = new ArrayList<>();
    for (Pair pair : pairs) {
      Pixels photo = ImageFile.photo(pair.image(), scale);
      Pixels mask = ImageFile.mask(pair.mask(), scale);
      checkSize(pair.mask(), mask, pair.image(), photo);
      byte[] labels = mask.content();
      for (int i = 0; i < labels.length; i++) {
        int label = labels[i] & 0xFF;
        if (label == ignore) {
          labels[i] = (byte) LabelledPixels.IGNORED_BYTE;
        } else if (label >= classes) {
          throw DataFiles.wrong(
              pair.mask(),
              String.format(
                  "has class %d at column %d, row %d; expected 0 to %d%s",
                  label,
                  i % mask.width() * scale + scale / 2,
                  i / mask.width() * scale + scale / 2,
                  classes - 1,
                  ignore < 0 ? "" : ", or " + ignore + " where there is no label"));
        }
      }
      images.add(new LabelledImage(photo.height(), photo.width(), photo.content(), labels));
    }
    return images;
  }

  /** Refuses a mask that is not as large as its image. */
  static void checkSize(Path maskFile, Pixels mask, Path imageFile, Pixels image) {
    if (image.fileHeight() != mask.fileHeight() || image.fileWidth() != mask.fileWidth()) {
      throw DataFiles.wrong(
          maskFile,
          String.format(
              "is %dx%d (width x height); expected %dx%d as its image %s",
              mask.fileWidth(),
              mask.fileHeight(),
              image.fileWidth(),
              image.fileHeight(),
              imageFile));
    }
  }

  private static List<Pair> chosen(List<Pair> pairs, int[] indices) {
    List<Pair> chosen = new ArrayList<>();
    for (int index : indices) {
      chosen.add(pairs.get(index));
    }
    return chosen;
  }

  private static List<Pair> pairs(Path base, String part) {
    Path list = base.resolve(part + ".txt");
    if (Files.exists(list)) {
      return listed(base, list);
    }
    Path images = base.resolve(part);
    Path masks = base.resolve(part + "annot");
    if (!Files.isDirectory(images)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(images)) {
      return files
          .filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".png"))
          .sorted()
          .map(file -> new Pair(file, masks.resolve(file.getFileName().toString())))
          .toList();
    } catch (IOException e) {
      throw DataFiles.unreadable(images, e);
    }
  }

  private static List<Pair> listed(Path base, Path list) {
    List<Pair> pairs = new ArrayList<>();
    int number = 0;
    for (String line : new String(DataFiles.read(list), StandardCharsets.UTF_8).lines().toList()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      String[] names = line.strip().split("\\s+");
      if (names.length != 2) {
        throw new InputException(
            list + ":" + number + ": expected an image and its mask, but is \"" + line + "\"");
      }
      pairs.add(new Pair(resolve(base, names[0]), resolve(base, names[1])));
    }
    if (pairs.isEmpty()) {
      throw DataFiles.wrong(list, "lists no images");
    }
    return pairs;
  }

  /** The published lists name files as {@code /SegNet/CamVid/train/x.png}: their last two count. */
  private static Path resolve(Path base, String name) {
    Path path = base.resolve(name);
    if (name.startsWith("/") && !Files.exists(path) && path.getNameCount() > 2) {
      return base.resolve(path.subpath(path.getNameCount() - 2, path.getNameCount()).toString());
    }
    return path;
  }

  private record Pair(Path image, Path mask) {}
}
