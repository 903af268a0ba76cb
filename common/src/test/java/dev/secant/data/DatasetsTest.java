package dev.secant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import dev.secant.config.Settings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DatasetsTest {
  @Test
  void everySourceIsReadBackFromItsOwnSettings() {
    for (String type : Datasets.types().keySet()) {
      Map<String, Object> named = new TreeMap<>(Map.of("type", type));
      if (type.endsWith("-folder")) {
        named.put("folder", "streets");
      }
      if (type.equals("text")) {
        named.put("path", "plays");
      }
      DatasetSource source = Datasets.parse(Settings.of(named));
      Map<String, Object> whole = new TreeMap<>(source.settings());
      whole.put("type", type);
      assertThat(source.type()).isEqualTo(type);
      assertThat(Datasets.parse(Settings.of(whole))).isEqualTo(source);
    }
    for (Map<String, Object> options :
        List.of(
            Map.<String, Object>of("type", "cifar100", "labels", "coarse"),
            Map.<String, Object>of("type", "mnist", "validation", "test"))) {
      DatasetSource source = Datasets.parse(Settings.of(options));
      Map<String, Object> whole = new TreeMap<>(source.settings());
      whole.put("type", source.type());
      assertThat(Datasets.parse(Settings.of(whole))).isEqualTo(source);
    }
  }

  @Test
  void settingsOfEarlierVersionsStayAsTheyWere() {
    // A trial's id is made of them.
    assertThat(Datasets.parse(Settings.of(Map.of("type", "cifar10"))).settings().toString())
        .isEqualTo("{crop=4, flip=false, samples=0, validation-fraction=0.2}");
    assertThat(
            Datasets.parse(Settings.of(Map.of("type", "mnist", "validation", "test"))).settings())
        .hasToString("{crop=0, flip=false, samples=0, validation=test}");
  }

  @Test
  void namesTheKnownTypesWhereOneIsUnknown() {
    assertThatThrownBy(() -> Datasets.parse(Settings.of(Map.of("type", "cifar"))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("did you mean cifar10")
        .hasMessageContaining("known: camvid, cifar10, cifar100, fashion-mnist");
  }

  @Test
  void refusesUnknownAndImpossibleOptions() {
    assertThatThrownBy(() -> Datasets.parse(Settings.of(Map.of("type", "mnist", "croop", 1))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("croop")
        .hasMessageContaining("crop");
    assertThatThrownBy(
            () -> Datasets.parse(Settings.of(Map.of("type", "mnist", "validation-fraction", 1))))
        .hasMessageContaining("validation-fraction must be between");
    assertThatThrownBy(() -> Datasets.parse(Settings.of(Map.of("type", "camvid", "ignore", 3))))
        .hasMessageContaining("ignore must be -1 or from 11");
    assertThatThrownBy(
            () -> Datasets.parse(Settings.of(Map.of("type", "cifar100", "labels", "both"))))
        .hasMessageContaining("labels must be fine or coarse");
    assertThatThrownBy(
            () -> Datasets.parse(Settings.of(Map.of("type", "mnist", "validation", "tests"))))
        .hasMessageContaining("validation must be held-out or test");
    assertThatThrownBy(
            () ->
                Datasets.parse(
                    Settings.of(
                        Map.of("type", "mnist", "validation", "test", "validation-fraction", 0.1))))
        .hasMessageContaining("validation-fraction has no meaning");
    assertThatThrownBy(() -> Datasets.parse(Settings.of(Map.of("type", "imagenet", "classes", 1))))
        .hasMessageContaining("classes must be 0 for all or at least 2");
    assertThatThrownBy(
            () ->
                Datasets.parse(
                    Settings.of(Map.of("type", "vaihingen", "validation-areas", List.of(2, 3)))))
        .hasMessageContaining("validation-areas has area 3, which is for training");
    assertThatThrownBy(() -> Datasets.parse(Settings.of(Map.of("type", "segmentation-folder"))))
        .hasMessageContaining("folder is required");
  }

  @Test
  void theTrialsValidationFractionHoldsWhereTheDatasetSaysNothing() {
    assertThat(Datasets.parse(Settings.of(Map.of("type", "mnist")), 0.3).settings())
        .containsEntry("validation-fraction", 0.3);
    assertThat(
            Datasets.parse(Settings.of(Map.of("type", "mnist", "validation-fraction", 0.1)), 0.3)
                .settings())
        .containsEntry("validation-fraction", 0.1);
  }
}
