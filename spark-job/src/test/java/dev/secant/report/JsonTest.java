package dev.secant.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void numbersHaveFiveDigitsThatCount() {
    assertThat(Json.of(new double[] {0, -0.0, 1, 0.1, 123456.7, 1.23456789e-12, -2.5, 1e21}))
        .isEqualTo("[0,0,1,0.1,123460,12346e-16,-2.5,1e21]");
  }

  @Test
  void whatIsNoNumberIsNull() {
    assertThat(Json.of(new double[] {Double.NaN, Double.POSITIVE_INFINITY}))
        .isEqualTo("[null,null]");
    assertThat(Json.of(Arrays.asList(1.0, null, Double.NaN))).isEqualTo("[1,null,null]");
  }

  @Test
  void nothingInATextCanEndAScript() {
    assertThat(Json.of(List.of("</script><!-- \"quoted\" \n")))
        .isEqualTo("[\"\\u003c/script>\\u003c!-- \\\"quoted\\\" \\n\"]");
    assertThat(Json.of(Map.of("<a", 1))).isEqualTo("{\"\\u003ca\":1}");
  }
}
