package dev.secant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecodedPhotosTest {
  private static final int BYTES = 3 * 10 * 8;

  @TempDir Path root;

  @BeforeEach
  void writePhotos() throws IOException {
    for (String name : List.of("a/1.png", "a/2.png", "b/1.png")) {
      Files.createDirectories(root.resolve(name).getParent());
      BufferedImage image = new BufferedImage(10, 8, BufferedImage.TYPE_INT_RGB);
      image.setRGB(3, 4, name.hashCode());
      ImageIO.write(image, "png", root.resolve(name).toFile());
    }
  }

  @Test
  void keepsAsManyPhotosAsThereIsRoomFor() throws IOException {
    AtomicLong room = new AtomicLong(2 * BYTES + 1);
    DecodedPhotos photos = photos(room);
    byte[] first = photos.photo(2).content();
    byte[] second = photos.photo(0).content();
    photos.photo(1);
    deleteFiles();

    assertThat(photos.photo(2).content()).isSameAs(first);
    assertThat(photos.photo(0).content()).isSameAs(second);
    assertThatThrownBy(() -> photos.photo(1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("2.png");
    assertThat(room).hasValue(1);
  }

  @Test
  void sharesItsRoomWithOthers() throws IOException {
    AtomicLong room = new AtomicLong(BYTES);
    DecodedPhotos photos = photos(room);
    DecodedPhotos others = photos(room);
    photos.photo(0);
    others.photo(0);
    deleteFiles();

    assertThat(photos.photo(0).height()).isEqualTo(8);
    assertThatThrownBy(() -> others.photo(0)).isInstanceOf(InputException.class);
  }

  @Test
  void givesTheSamePhotosToManyThreads() {
    DecodedPhotos photos = photos(new AtomicLong(2 * BYTES));
    Path[] files = {root.resolve("a/1.png"), root.resolve("a/2.png"), root.resolve("b/1.png")};
    assertThat(
            IntStream.range(0, 300)
                .parallel()
                .allMatch(
                    i ->
                        Arrays.equals(
                            photos.photo(i % 3).content(),
                            ImageFile.photo(files[i % 3]).content())))
        .isTrue();
  }

  @Test
  void ofSeveralDamagedPhotosTheFirstSamplesIsNamed() throws IOException {
    Files.writeString(root.resolve("a/2.png"), "not a photo");
    Files.writeString(root.resolve("b/1.png"), "not a photo");
    Dataset data =
        new PhotoFiles(
            new Task.Classification(3, 4, 4, 2),
            folders(),
            folders().chosen(new int[0]),
            true,
            true);
    int[] samples = {0, 0, 2, 1, 0, 1};
    Batch batch = new Batch(data.task(), samples.length);
    for (int i = 0; i < 50; i++) {
      assertThatThrownBy(
              () -> data.readTrain(samples, RandomStream.at(7, Purpose.AUGMENTATION, 3), batch))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(Path.of("b", "1.png").toString());
    }
  }

  private DecodedPhotos photos(AtomicLong room) {
    return new DecodedPhotos(folders(), ImageFile::photo, room);
  }

  private ClassFolders folders() {
    return ClassFolders.list(root, 0, 0);
  }

  private void deleteFiles() throws IOException {
    for (String name : List.of("a/1.png", "a/2.png", "b/1.png")) {
      Files.delete(root.resolve(name));
    }
  }
}
