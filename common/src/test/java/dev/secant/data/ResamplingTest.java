package dev.secant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.data.ImageFile.Pixels;
import dev.secant.data.Resampling.Axis;
import dev.secant.random.Purpose;
import dev.secant.random.RandomStream;
import org.junit.jupiter.api.Test;

/** Expected numbers are of Pillow 12.3: {@code Image.resize(size, Image.BILINEAR)}. */
class ResamplingTest {
  private static final int WIDTH = 7;
  private static final int HEIGHT = 5;

  @Test
  void makesSmallerAsPillowDoes() {
    assertRows(resized(0, 5, 2, 0, 7, 3), 3, "100 132 130", "109 127 106");
    assertRows(
        resized(0, 5, 5, 0, 7, 5),
        5,
        "12 58 111 164 210",
        "104 150 205 146 50",
        "195 100 43 99 147",
        "30 79 137 195 73",
        "122 172 184 34 84");
  }

  @Test
  void makesLargerAsPillowDoes() {
    assertRows(
        resized(0, 5, 8, 0, 7, 10),
        10,
        "0 20 46 72 98 124 150 176 202 222",
        "40 60 87 113 139 165 186 134 132 152",
        "97 118 141 156 182 208 223 82 48 69",
        "154 175 158 62 80 107 130 101 109 130",
        "130 152 136 40 58 86 114 141 133 110",
        "27 49 73 90 117 145 173 201 121 11",
        "68 91 119 147 176 154 88 117 95 56",
        "108 131 159 188 217 156 18 47 75 98");
  }

  @Test
  void looksAtNothingOutsideOfACrop() {
    assertRows(resized(1, 4, 3, 1, 5, 3), 3, "140 156 114", "101 90 152", "139 163 87");
  }

  @Test
  void makesOnlyThePartThatIsWanted() {
    byte[] part =
        Resampling.resample(image(), Axis.of(0, HEIGHT, 9, 3, 2), Axis.of(0, WIDTH, 12, 4, 3));
    assertRows(part, 3, "100 122 144", "9 32 54");
  }

  @Test
  void leavesWhatHasItsSizeAsItIs() {
    assertThat(resized(0, HEIGHT, HEIGHT, 0, WIDTH, WIDTH)).isEqualTo(image().content());
  }

  @Test
  void drawsCropsOfTheAreasAndShapesOfRandomResizedCrop() {
    RandomStream draws = RandomStream.at(1, Purpose.AUGMENTATION);
    double areas = 0;
    for (int i = 0; i < 20_000; i++) {
      RandomCrop crop = RandomCrop.draw(1000, 1000, draws);
      double area = crop.height() * crop.width() / 1e6;
      assertThat(area).isBetween(0.079, 1.0);
      assertThat((double) crop.width() / crop.height()).isBetween(0.745, 1.34);
      assertThat(crop.top()).isBetween(0, 1000 - crop.height());
      assertThat(crop.left()).isBetween(0, 1000 - crop.width());
      areas += area / 20_000;
    }
    // An area a above 3/4 fits in -log(a) / log(4/3) of the shapes. With this weight the mean over
    // [0.08, 1] is 0.4778; four standard errors are 0.007.
    assertThat(areas).isEqualTo(0.4778, within(0.007));
  }

  @Test
  void takesTheMiddleWhereNoCropFits() {
    RandomStream draws = RandomStream.at(1, Purpose.AUGMENTATION);
    // A crop of 8 % of 1,000 x 10 has 800 pixels: 33 in the narrowest shape's height, never 10.
    assertThat(RandomCrop.draw(10, 1000, draws)).isEqualTo(new RandomCrop(0, 493, 10, 13));
    assertThat(RandomCrop.draw(1000, 10, draws)).isEqualTo(new RandomCrop(493, 0, 13, 10));
  }

  private static byte[] resized(int top, int height, int rows, int left, int width, int columns) {
    return Resampling.resample(
        image(), Axis.of(top, height, rows, 0, rows), Axis.of(left, width, columns, 0, columns));
  }

  private static Pixels image() {
    byte[] pixels = new byte[HEIGHT * WIDTH];
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        pixels[y * WIDTH + x] = (byte) (37 * x + 91 * y + x * y);
      }
    }
    return new Pixels(HEIGHT, WIDTH, HEIGHT, WIDTH, pixels);
  }

  private static void assertRows(byte[] found, int width, String... rows) {
    assertThat(found).hasSize(width * rows.length);
    for (int y = 0; y < rows.length; y++) {
      StringBuilder row = new StringBuilder();
      for (int x = 0; x < width; x++) {
        row.append(x == 0 ? "" : " ").append(found[y * width + x] & 0xFF);
      }
      assertThat(row).hasToString(rows[y]);
    }
  }
}
