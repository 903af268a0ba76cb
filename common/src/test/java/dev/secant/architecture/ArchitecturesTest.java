package dev.secant.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitecturesTest {
  private static final Task CIFAR = new Task.Classification(3, 32, 32, 10);
  private static final Task VAIHINGEN = new Task.Segmentation(3, 256, 256, 6);
  private static final Task WIKITEXT = new Task.Language(33_278, 32);

  /** The counts of the paper's networks, from PyTorch. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: mlp, hidden: [4096, 4096, 4096]} | 46190602 | 8",
        "{type: resnet-cifar, depth: 18}           | 11173962 | 62",
        "{type: resnet-cifar, depth: 18, width: 2} | 44662922 | 62",
        "{type: resnet-cifar, width: 3}            | 100466890 | 62",
        // The ResNet20 and ResNet56 of He et al. have 0.27 and 0.85 million.
        "{type: resnet-cifar, depth: 20}           | 272474 | 65",
        "{type: resnet-cifar, depth: 56}           | 855770 | 173",
      })
  void imageNetworksHaveTheirWeights(String hocon, int weights, int tensors) {
    Network network = parse(hocon).network(CIFAR);

    assertThat(network.size()).isEqualTo(weights);
    assertThat(network.weights().entries()).hasSize(tensors);
  }

  @Test
  void unetHasItsWeights() {
    Network network = parse("unet").network(VAIHINGEN);

    assertThat(network.size()).isEqualTo(7_763_206);
    assertThat(network.weights().entries()).hasSize(64);
  }

  @Test
  void transformerHasItsWeights() {
    Network network = parse("transformer-lm").network(WIKITEXT);

    assertThat(network.size()).isEqualTo(9_747_454);
    assertThat(network.weights().entries()).hasSize(147);
  }

  @Test
  void dropoutAddsNoWeights() {
    Network network = parse("{type: transformer-lm, dropout: 0.2}").network(WIKITEXT);

    assertThat(network.size()).isEqualTo(9_747_454);
    // One after the positions; attention weights, after attention, within and after the maps.
    assertThat(network.dropouts()).isEqualTo(1 + 12 * 4);
  }

  @Test
  void tensorsAreNamedAsInPyTorch() {
    assertThat(names(parse("{type: resnet-cifar, depth: 18}").network(CIFAR)))
        .startsWith("conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight")
        .contains("layer2.0.downsample.0.weight", "layer2.0.downsample.1.bias")
        .endsWith("fc.weight", "fc.bias")
        .doesNotHaveDuplicates();
    assertThat(names(parse("unet").network(VAIHINGEN)))
        .startsWith("encoder1.enc1conv1.weight", "encoder1.enc1norm1.weight")
        .contains("upconv4.weight", "bottleneck.bottleneckconv2.weight")
        .endsWith("conv.weight", "conv.bias")
        .doesNotHaveDuplicates();
    assertThat(names(parse("transformer-lm").network(WIKITEXT)))
        .startsWith("encoder.weight", "transformer_encoder.layers.0.self_attn.in_proj_weight")
        .contains("transformer_encoder.layers.11.norm2.bias")
        .endsWith("decoder.weight", "decoder.bias")
        .doesNotHaveDuplicates();
  }

  @Test
  void aTaskThatANetworkCannotLearnIsRefused() {
    refused("mlp", WIKITEXT, "mlp classifies images");
    refused("mlp", VAIHINGEN, "mlp classifies images");
    refused("resnet-cifar", VAIHINGEN, "resnet-cifar classifies images");
    refused("unet", CIFAR, "unet segments images");
    refused("transformer-lm", CIFAR, "transformer-lm predicts tokens");
    refused("unet", new Task.Segmentation(3, 40, 256, 6), "multiples of 16, not 40x256");
    refused("transformer-lm", new Task.Language(10, 6000), "6000 tokens");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: perceptron} | perceptron, which is not known; known: mlp, resnet-cifar",
        "{hidden: [3]} | type is required",
        "{type: mlp, hiden: [3]} | unknown key architecture.hiden, did you mean hidden?",
        "{type: mlp, hidden: [3, 0]} | must hold positive widths",
        "{type: mlp, hidden: [3.5]} | list of whole numbers",
        "{type: resnet-cifar, depth: 19} | 10, 18, 34 or 6n + 2",
        "{type: resnet-cifar, width: 0} | architecture.width must be between",
        "{type: resnet-cifar, blocks: []} | must hold a positive number a stage",
        "{type: resnet-cifar, dropout: 0.1} | unknown key architecture.dropout",
        "{type: unet, levels: 0} | architecture.levels must be at least 1",
        "{type: transformer-lm, dim: 10, heads: 4} | multiple of heads = 4",
        "{type: transformer-lm, dropout: 1} | architecture.dropout must be between 0.0 and 0.99",
        "{type: transformer-lm, layers: many} | architecture.layers must be a whole number",
      })
  void badOptionsAreRefused(String hocon, String reason) {
    assertThatThrownBy(() -> parse(hocon))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void settingsSpellOutDefaults() {
    assertThat(parse("{type: resnet-cifar, width: 2}").settings())
        .containsEntry("channels", 128)
        .containsEntry("blocks", List.of(2, 2, 2, 2));
    assertThat(parse("transformer-lm").settings())
        .containsOnlyKeys("layers", "dim", "heads", "ff", "dropout");
  }

  private static List<String> names(Network network) {
    return network.weights().entries().stream().map(Layout.Entry::name).toList();
  }

  private static void refused(String hocon, Task task, String reason) {
    Architecture architecture = parse(hocon);
    assertThatThrownBy(() -> architecture.network(task))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(reason);
  }

  private static Architecture parse(String hocon) {
    return Architectures.parse(
        Settings.component(ConfigFactory.parseString("a: " + hocon).getValue("a"), "architecture"));
  }
}
