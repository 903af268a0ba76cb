package dev.secant.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The images of a folder of class folders: {@code folder/class/image.jpg}. Classes are numbered in
 * the order of their names, images in the order of class and name. A million images take about 30
 * MB: their names stand in one array.
 */
final class ClassFolders {
  private static final List<String> ENDINGS = List.of(".jpg", ".jpeg", ".png");

  private final Path folder;
  private final List<String> classes;
  private final byte[] names;
  private final int[] ends;
  private final int[] labels;

  private ClassFolders(Path folder, List<String> classes, byte[] names, int[] ends, int[] labels) {
    this.folder = folder;
    this.classes = classes;
    this.names = names;
    this.ends = ends;
    this.labels = labels;
  }

  /**
   * Lists a folder; opens no image. Files that do not end in .jpg, .jpeg or .png, in whatever case,
   * are passed over, and so are names that begin with a dot.
   *
   * @param classLimit the first so many classes are used; 0 for all
   * @param imageLimit the first so many images of each class are used; 0 for all
   */
  static ClassFolders list(Path folder, int classLimit, int imageLimit) {
    List<String> classes = names(folder, Files::isDirectory, classLimit);
    if (classes.isEmpty() || classes.size() < classLimit) {
      throw DataFiles.wrong(
          folder,
          "holds "
              + classes.size()
              + " class folders; expected "
              + (classLimit == 0 ? "one folder of images a class" : "at least " + classLimit));
    }
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    int[] ends = new int[1024];
    int[] labels = new int[1024];
    int count = 0;
    for (int label = 0; label < classes.size(); label++) {
      Path of = folder.resolve(classes.get(label));
      List<String> images = names(of, ClassFolders::isImage, imageLimit);
      if (images.isEmpty()) {
        throw DataFiles.wrong(of, "holds no images; expected .jpg, .jpeg or .png files");
      }
      for (String image : images) {
        if (count == ends.length) {
          ends = Arrays.copyOf(ends, 2 * count);
          labels = Arrays.copyOf(labels, 2 * count);
        }
        names.writeBytes(image.getBytes(StandardCharsets.UTF_8));
        ends[count] = names.size();
        labels[count] = label;
        count++;
      }
    }
    return new ClassFolders(
        folder,
        classes,
        names.toByteArray(),
        Arrays.copyOf(ends, count),
        Arrays.copyOf(labels, count));
  }

  /** Some of these images, in the order of the indices. */
  ClassFolders chosen(int[] indices) {
    ByteArrayOutputStream chosen = new ByteArrayOutputStream();
    int[] chosenEnds = new int[indices.length];
    int[] chosenLabels = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      int start = start(indices[i]);
      chosen.write(names, start, ends[indices[i]] - start);
      chosenEnds[i] = chosen.size();
      chosenLabels[i] = labels[indices[i]];
    }
    return new ClassFolders(folder, classes, chosen.toByteArray(), chosenEnds, chosenLabels);
  }

  List<String> classes() {
    return classes;
  }

  int size() {
    return ends.length;
  }

  Path path(int index) {
    int start = start(index);
    String name = new String(names, start, ends[index] - start, StandardCharsets.UTF_8);
    return folder.resolve(classes.get(labels[index])).resolve(name);
  }

  int label(int index) {
    return labels[index];
  }

  private int start(int index) {
    return index == 0 ? 0 : ends[index - 1];
  }

  private static List<String> names(Path folder, Kind kind, int limit) {
    try (Stream<Path> entries = Files.list(folder)) {
      Stream<String> names =
          entries
              .filter(entry -> !entry.getFileName().toString().startsWith("."))
              .filter(kind::holds)
              .map(entry -> entry.getFileName().toString())
              .sorted();
      return (limit == 0 ? names : names.limit(limit)).toList();
    } catch (IOException | UncheckedIOException e) {
      throw DataFiles.unreadable(folder, e);
    }
  }

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(name::endsWith);
  }

  private interface Kind {
    boolean holds(Path entry);
  }
}
