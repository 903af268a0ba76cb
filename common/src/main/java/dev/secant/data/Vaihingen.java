package dev.secant.data;

import dev.secant.config.Settings;
import dev.secant.data.ImageFile.Pixels;
import dev.secant.data.LabelledPixels.LabelledImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The Vaihingen tiles of the ISPRS 2D semantic labelling contest, laid out as published: near
 * infrared, red and green in {@code top/top_mosaic_09cm_area1.tif}, the classes in the colours of
 * {@link #COLOURS} in {@code gts_for_participants/top_mosaic_09cm_area1.tif}. Training samples are
 * random crops, validation samples the whole crops of a fixed grid. Bytes become numbers from 0 to
 * 1, a 255th of them, as in the notebook published with Audebert, Le Saux, Lefèvre, "Beyond RGB",
 * ISPRS Journal 2018; it draws the tile of each crop, where here they take turns.
 *
 * <p>All tiles are held in memory: 4 bytes a pixel, about 320 MB for the default areas.
 *
 * @param folder under the data root
 * @param crop side of the square that a sample is
 * @param cropsPerEpoch training samples an epoch, tile after tile
 * @param flip whether training samples are mirrored at random, left and right, top and bottom
 * @param trainAreas numbers of the tiles that crops are drawn from
 * @param validationAreas numbers of the tiles for validation
 */
record Vaihingen(
    String folder,
    int crop,
    int cropsPerEpoch,
    boolean flip,
    List<Integer> trainAreas,
    List<Integer> validationAreas)
    implements DatasetSource {
  static final String TYPE = "vaihingen";

  /** Impervious surfaces, building, low vegetation, tree, car, clutter: red, green, blue. */
  private static final List<Integer> COLOURS =
      List.of(0xFFFFFF, 0x0000FF, 0x00FFFF, 0x00FF00, 0xFFFF00, 0xFF0000);

  static Vaihingen parse(Settings settings, double unused) {
    List<Integer> train =
        settings.integers("train-areas", List.of(1, 3, 5, 7, 11, 13, 15, 17, 21, 23, 26));
    List<Integer> validation = settings.integers("validation-areas", List.of(28, 30, 32, 34, 37));
    if (train.isEmpty()) {
      throw settings.error("train-areas", "must name at least one area");
    }
    Set<Integer> seen = new HashSet<>(train);
    for (int area : validation) {
      if (seen.contains(area)) {
        throw settings.error("validation-areas", "has area " + area + ", which is for training");
      }
    }
    return new Vaihingen(
        settings.text("folder", TYPE),
        settings.integerFrom(1, "crop", 256),
        settings.integerFrom(1, "crops-per-epoch", 10_000),
        settings.flag("flip", true),
        train,
        validation);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    SortedMap<String, Object> settings = new TreeMap<>();
    settings.put("folder", folder);
    settings.put("crop", crop);
    settings.put("crops-per-epoch", cropsPerEpoch);
    settings.put("flip", flip);
    settings.put("train-areas", trainAreas);
    settings.put("validation-areas", validationAreas);
    return settings;
  }

  @Override
  public Optional<String> place() {
    return Optional.of(folder);
  }

  @Override
  public Dataset load(Path root) {
    Path base = DataFiles.folder(root, folder, "the tiles in top and gts_for_participants");
    return new LabelledPixels(
        new Task.Segmentation(3, crop, crop, COLOURS.size()),
        read(base, trainAreas),
        read(base, validationAreas),
        cropsPerEpoch,
        flip ? LabelledPixels.Flips.BOTH : LabelledPixels.Flips.NONE,
        Normalisation.table(new double[3], new double[] {255, 255, 255}));
  }

  private List<LabelledImage> read(Path base, List<Integer> areas) {
    List<LabelledImage> tiles = new ArrayList<>();
    for (int area : areas) {
      String name = "top_mosaic_09cm_area" + area + ".tif";
      Path imageFile = base.resolve("top").resolve(name);
      Path truthFile = base.resolve("gts_for_participants").resolve(name);
      Pixels image = ImageFile.photo(imageFile);
      Pixels truth = ImageFile.photo(truthFile);
      SegmentationFolder.checkSize(truthFile, truth, imageFile, image);
      if (image.height() < crop || image.width() < crop) {
        throw DataFiles.wrong(
            imageFile,
            String.format(
                "is %dx%d (width x height); expected at least the crop, %dx%d",
                image.width(), image.height(), crop, crop));
      }
      byte[] mask = classes(truthFile, truth);
      tiles.add(new LabelledImage(image.height(), image.width(), image.content(), mask));
    }
    return tiles;
  }

  private static byte[] classes(Path file, Pixels truth) {
    byte[] colours = truth.content();
    byte[] mask = new byte[truth.height() * truth.width()];
    for (int i = 0; i < mask.length; i++) {
      int colour = 0;
      for (int channel = 0; channel < 3; channel++) {
        colour = colour << 8 | (colours[channel * mask.length + i] & 0xFF);
      }
      int label = COLOURS.indexOf(colour);
      if (label < 0) {
        throw DataFiles.wrong(
            file,
            String.format(
                "has the colour #%06X at column %d, row %d; expected only %s",
                colour,
                i % truth.width(),
                i / truth.width(),
                "white, blue, cyan, green, yellow, red"));
      }
      mask[i] = (byte) label;
    }
    return mask;
  }
}
