package dev.secant.architecture;

import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** The architectures that a sweep can name: those built in, and those of the user's jars. */
public final class Architectures {
  private static final Task CIFAR_10 = new Task.Classification(3, 32, 32, 10);
  private static final Task IMAGENET = new Task.Classification(3, 224, 224, 1000);
  private static final Task VAIHINGEN = new Task.Segmentation(3, 256, 256, 6);
  private static final Task WIKITEXT_2 = new Task.Language(33_278, 32);

  private static final List<ArchitectureProvider> BUILT_IN =
      List.of(
          new BuiltIn(
              LstmLm.TYPE, "language model of LSTM layers", Optional.of(WIKITEXT_2), LstmLm::parse),
          new BuiltIn(
              Mlp.TYPE, "multilayer perceptron with ReLU", Optional.of(CIFAR_10), Mlp::parse),
          new BuiltIn(
              ResNet.TYPE,
              "residual network of torchvision; depth 18 to 152, width multiplies the channels",
              Optional.of(IMAGENET),
              ResNet::parse),
          new BuiltIn(
              ResNetCifar.TYPE,
              "residual network for small images; depth and width, or blocks and channels",
              Optional.of(CIFAR_10),
              ResNetCifar::parse),
          new BuiltIn(
              SegNet.TYPE,
              "VGG16 with its maxima unpooled again",
              Optional.of(VAIHINGEN),
              SegNet::parse),
          new BuiltIn(
              TorchScript.TYPE,
              "a module saved by torch.jit.save; path = model.pt",
              Optional.empty(),
              TorchScript::parse),
          new BuiltIn(
              TransformerLm.TYPE,
              "causal transformer",
              Optional.of(WIKITEXT_2),
              TransformerLm::parse),
          new BuiltIn(
              UNet.TYPE,
              "U-Net with transposed convolutions up",
              Optional.of(VAIHINGEN),
              UNet::parse),
          new BuiltIn(
              Vgg.TYPE, "VGG of torchvision; depth 11 to 19", Optional.of(IMAGENET), Vgg::parse));

  private Architectures() {}

  private record BuiltIn(
      String type,
      String description,
      Optional<Task> exampleTask,
      Function<Settings, Architecture> parser)
      implements ArchitectureProvider {
    @Override
    public Architecture parse(Settings settings) {
      return parser.apply(settings);
    }
  }

  /**
   * Every architecture by its type.
   *
   * @throws InputException where one of the class path does not load, or has a type that is taken
   */
  public static SortedMap<String, ArchitectureProvider> providers() {
    SortedMap<String, ArchitectureProvider> providers = new TreeMap<>();
    BUILT_IN.forEach(provider -> providers.put(provider.type(), provider));
    try {
      // The loader of the thread is the one that knows the jars given to spark-submit.
      for (ArchitectureProvider provider : ServiceLoader.load(ArchitectureProvider.class)) {
        ArchitectureProvider taken = providers.putIfAbsent(provider.type(), provider);
        if (taken != null) {
          throw new InputException(
              "architecture "
                  + provider.type()
                  + " of "
                  + provider.getClass().getName()
                  + " has the type of "
                  + (taken instanceof BuiltIn ? "a built-in one" : taken.getClass().getName())
                  + "; give it another");
        }
      }
    } catch (ServiceConfigurationError e) {
      throw new InputException("an architecture on the class path: " + e.getMessage(), e);
    }
    return providers;
  }

  /**
   * @throws InputException where the type or an option is not known, or an option is out of range
   */
  public static Architecture parse(Settings settings) {
    SortedMap<String, ArchitectureProvider> providers = providers();
    ArchitectureProvider provider = providers.get(settings.type());
    if (provider == null) {
      throw settings.unknownName("type", providers.keySet());
    }
    Architecture architecture = provider.parse(settings);
    settings.refuseUnknown();
    return architecture;
  }
}
