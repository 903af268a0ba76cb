package dev.secant.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigFactory;
import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitecturesTest {
  private static final Task CIFAR = new Task.Classification(3, 32, 32, 10);
  private static final Task IMAGENET = new Task.Classification(3, 224, 224, 1000);
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

  /** Those of torchvision, and of the paper's scaled ones. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: resnet}                         | 11689512 | 62",
        "{type: resnet, depth: 18, width: 2}    | 45693032 | 62",
        "{type: resnet, depth: 18, width: 3}    | 102011560 | 62",
        "{type: resnet, depth: 34}              | 21797672 | 110",
        "{type: resnet, depth: 50}              | 25557032 | 161",
        "{type: resnet, depth: 50, width: 2}    | 98004072 | 161",
        "{type: resnet, depth: 101}             | 44549160 | 314",
        "{type: resnet, depth: 152, width: 0.5} | 15601160 | 467",
        "{type: resnet, depth: 152}             | 60192808 | 467",
        "{type: vgg, depth: 11}                 | 132863336 | 22",
        "{type: vgg, depth: 11, batch-norm: on} | 132868840 | 38",
        "{type: vgg, depth: 13}                 | 133047848 | 26",
        "{type: vgg, depth: 16}                 | 138357544 | 32",
        "{type: vgg, depth: 16, batch-norm: on} | 138365992 | 58",
        "{type: vgg, depth: 19, batch-norm: on} | 143678248 | 70",
      })
  void torchvisionsNetworksHaveTheirWeights(String hocon, int weights, int tensors) {
    Network network = parse(hocon).network(IMAGENET);

    assertThat(network.size()).isEqualTo(weights);
    assertThat(network.weights().entries()).hasSize(tensors);
  }

  /** The billions of operations that torchvision says of its weights ({@code meta["_ops"]}). */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: resnet, depth: 18}  | 1.814",
        "{type: resnet, depth: 50}  | 4.089",
        "{type: resnet, depth: 152} | 11.514",
        "{type: vgg, depth: 11}     | 7.609",
        "{type: vgg, depth: 16}     | 15.47",
      })
  void torchvisionsNetworksHaveTheirMultiplyAdds(String hocon, double billions) {
    long multiplyAdds = parse(hocon).network(IMAGENET).multiplyAdds();

    assertThat(multiplyAdds / 1e9).isCloseTo(billions, within(1e-3));
  }

  @Test
  void networksOfTokensMultiplyAndAddAtEveryPosition() {
    Task.Language task = new Task.Language(100, 32);

    // A layer of 8 states and 8 inputs has 4 gates, the decoder one product a word.
    assertThat(
            parse("{type: lstm-lm, layers: 1, embedding: 8, hidden: 8}")
                .network(task)
                .multiplyAdds())
        .isEqualTo(32 * (4 * 8 * (8 + 8) + 8 * 100));
    // Four products of size by size, two of every position with every other, two of the layer's
    // own, then the decoder.
    assertThat(
            parse("{type: transformer-lm, layers: 1, dim: 8, heads: 2, ff: 16}")
                .network(task)
                .multiplyAdds())
        .isEqualTo(32 * (4 * 8 * 8 + 2 * 32 * 8 + 2 * 8 * 16 + 8 * 100));
  }

  @Test
  void segnetHasItsWeights() {
    Network network = parse("segnet").network(VAIHINGEN);

    assertThat(network.size()).isEqualTo(29_446_470);
    assertThat(network.weights().entries()).hasSize(102);
  }

  /** A layer of h states and i inputs has 4h(i + h + 2) weights. */
  @Test
  void lstmHasItsWeights() {
    Network network =
        parse("{type: lstm-lm, layers: 3, embedding: 100, hidden: 200}").network(WIKITEXT);

    int recurrent = 4 * 200 * (100 + 200 + 2) + 2 * 4 * 200 * (200 + 200 + 2);
    assertThat(network.size()).isEqualTo(33_278 * 100 + recurrent + 33_278 * 201);
    assertThat(network.weights().entries()).hasSize(1 + 3 * 4 + 2);
    assertThat(network.dropouts()).isZero();
    assertThat(parse("{type: lstm-lm, dropout: 0.5}").network(WIKITEXT).dropouts()).isEqualTo(4);
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
    assertThat(names(parse("{type: resnet, depth: 50}").network(IMAGENET)))
        .startsWith("conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight")
        .contains("layer1.0.downsample.0.weight", "layer4.2.bn3.bias")
        .endsWith("fc.weight", "fc.bias")
        .doesNotHaveDuplicates();
    assertThat(names(parse("{type: vgg, depth: 11, batch-norm: true}").network(IMAGENET)))
        .startsWith("features.0.weight", "features.0.bias", "features.1.weight", "features.1.bias")
        .contains("features.4.weight", "features.26.bias", "classifier.3.weight")
        .endsWith("classifier.6.weight", "classifier.6.bias")
        .doesNotHaveDuplicates();
    assertThat(names(parse("segnet").network(VAIHINGEN)))
        .startsWith("conv1_1.weight", "conv1_1.bias", "conv1_1_bn.weight", "conv1_1_bn.bias")
        .contains("conv5_3_D.weight", "conv1_2_D_bn.bias")
        .endsWith("conv1_1_D.weight", "conv1_1_D.bias")
        .doesNotHaveDuplicates();
    assertThat(names(parse("lstm-lm").network(WIKITEXT)))
        .startsWith("encoder.weight", "rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0")
        .endsWith("rnn.bias_hh_l2", "decoder.weight", "decoder.bias")
        .doesNotHaveDuplicates();
  }

  @Test
  void tensorsStartAsInThePublicCode() {
    Network resnet = parse("resnet").network(IMAGENET);
    assertThat(initial(resnet, "layer2.0.conv1.weight"))
        .isEqualTo(new Initial.Normal(Math.sqrt(2.0 / (128 * 9))));
    assertThat(initial(resnet, "fc.weight")).isEqualTo(new Initial.Uniform(1 / Math.sqrt(512)));
    Network vgg = parse("vgg").network(IMAGENET);
    assertThat(initial(vgg, "features.0.weight"))
        .isEqualTo(new Initial.Normal(Math.sqrt(2.0 / (64 * 9))));
    assertThat(initial(vgg, "features.0.bias")).isEqualTo(new Initial.Constant(0));
    assertThat(initial(vgg, "classifier.0.weight")).isEqualTo(new Initial.Normal(0.01));
    Network segnet = parse("segnet").network(VAIHINGEN);
    assertThat(initial(segnet, "conv1_2.weight"))
        .isEqualTo(new Initial.Uniform(1 / Math.sqrt(64 * 9)));
    Network lstm = parse("{type: lstm-lm, hidden: 100}").network(WIKITEXT);
    assertThat(initial(lstm, "rnn.bias_hh_l1")).isEqualTo(new Initial.Uniform(0.1));
    assertThat(initial(lstm, "encoder.weight")).isEqualTo(new Initial.Uniform(0.1));
    assertThat(initial(lstm, "decoder.bias")).isEqualTo(new Initial.Constant(0));
  }

  @Test
  void aTaskThatANetworkCannotLearnIsRefused() {
    refused("mlp", WIKITEXT, "mlp classifies images");
    refused("mlp", VAIHINGEN, "mlp classifies images");
    refused("resnet-cifar", VAIHINGEN, "resnet-cifar classifies images");
    refused("unet", CIFAR, "unet segments images");
    refused("transformer-lm", CIFAR, "transformer-lm predicts tokens");
    refused("resnet", VAIHINGEN, "resnet classifies images");
    refused("vgg", WIKITEXT, "vgg classifies images");
    refused("segnet", CIFAR, "segnet segments images");
    refused("lstm-lm", CIFAR, "lstm-lm predicts tokens");
    refused("vgg", new Task.Classification(3, 64, 31, 10), "at least 32x32, not 64x31");
    refused("segnet", new Task.Segmentation(3, 256, 80, 6), "multiples of 32, not 256x80");
    refused("unet", new Task.Segmentation(3, 40, 256, 6), "multiples of 16, not 40x256");
    refused("transformer-lm", new Task.Language(10, 6000), "6000 tokens");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: perceptron} | perceptron, which is not known; known: ",
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
        "{type: resnet, depth: 20} | architecture.depth must be 18, 34, 50, 101 or 152",
        "{type: resnet, channels: 0} | architecture.channels must be at least 1",
        "{type: vgg, depth: 12} | architecture.depth must be 11, 13, 16 or 19",
        "{type: vgg, batch-norm: maybe} | architecture.batch-norm must be true or false",
        "{type: segnet, levels: 3} | unknown key architecture.levels",
        "{type: lstm-lm, hidden: 0} | architecture.hidden must be at least 1",
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
    assertThat(parse("{type: resnet, depth: 152, width: 0.5}").settings())
        .containsExactly(Map.entry("channels", 32), Map.entry("depth", 152));
    assertThat(parse("vgg").settings())
        .containsOnlyKeys("depth", "batch-norm", "channels", "hidden", "dropout");
  }

  private static Initial initial(Network network, String name) {
    return network.weights().entries().stream()
        .filter(entry -> entry.name().equals(name))
        .findFirst()
        .orElseThrow()
        .initial();
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
