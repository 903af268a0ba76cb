package dev.secant.engine;

import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import dev.secant.config.InputException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A libtorch as a folder of libraries: that of the build, without CUDA, or another that the
 * environment names.
 *
 * @param version as the folder's surroundings tell it, such as {@code 2.7.1+cu128}
 * @param cuda whether it can use GPUs
 */
record Libtorch(Path folder, Optional<String> version, boolean cuda) {
  /** The variable, or system property, that names a libtorch to use in place of the build's. */
  private static final String PATH = "PYTORCH_LIBRARY_PATH";

  /** The variable, or system property, by which DJL chooses its glue. */
  private static final String FLAVOR = "PYTORCH_FLAVOR";

  /** The CUDA that DJL's glue is built for. */
  private static final String GLUE = "cu128";

  private static final Pattern IN_PYTHON =
      Pattern.compile("^__version__\\s*=\\s*'([^']+)'", Pattern.MULTILINE);

  /** The one that this process was told to use, if any. */
  static Optional<Libtorch> named() {
    return named(Utils.getEnvOrSystemProperty(PATH));
  }

  /** The libtorch that a search path leads to, as DJL finds it. */
  static Optional<Libtorch> named(String searchPath) {
    return Stream.of(Optional.ofNullable(searchPath).orElse("").split(File.pathSeparator))
        .filter(entry -> !entry.isBlank())
        .map(Path::of)
        .map(path -> path.endsWith(library("torch")) ? path.toAbsolutePath().getParent() : path)
        .filter(folder -> Files.isRegularFile(folder.resolve(library("torch"))))
        .findFirst()
        .map(Libtorch::in);
  }

  /** Whether the class path has one inside, as the build's has. */
  static boolean bundled() {
    return Libtorch.class.getResource("/native/lib/pytorch.properties") != null;
  }

  /** Why there is none. */
  static String missing() {
    return "there is no libtorch: none on the class path, and "
        + PATH
        + " is "
        + setting(PATH)
        + ". Right would be: "
        + PATH
        + " naming, on every machine that trains, the folder of a libtorch "
        + built()
        + ", or a secant.jar built with -Pnative-cpu; see deploy/README.md";
  }

  /** The one that runs. */
  static Libtorch loaded() {
    Libtorch loaded = in(Path.of(LibUtils.getLibtorchPath()));
    return new Libtorch(loaded.folder, loaded.version.or(() -> Optional.of(built())), loaded.cuda);
  }

  private static Libtorch in(Path folder) {
    return new Libtorch(
        folder, version(folder), Files.isRegularFile(folder.resolve(library("torch_cuda"))));
  }

  /**
   * @throws InputException where it is known to be of a version that DJL's glue does not fit: it
   *     would read wrong data types or crash
   */
  void check() {
    if (version.isPresent() && !version.get().split("\\+")[0].equals(built())) {
      throw new InputException(
          PATH + " is set, and there is " + this + ", but this build needs " + built() + remedy());
    }
  }

  /** Lets DJL choose the glue that fits, where the user has not chosen. */
  void announce() {
    if (Utils.getEnvOrSystemProperty(FLAVOR) == null) {
      System.setProperty(FLAVOR, cuda ? GLUE : "cpu");
    }
  }

  /** Why it did not load. */
  String failure(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return PATH + " is set, but " + this + " does not load: " + cause.getMessage() + remedy();
  }

  /**
   * Why a GPU cannot be used.
   *
   * @param seen how many GPUs it sees
   */
  String objection(int index, int seen) {
    StringBuilder text = new StringBuilder();
    text.append("GPU ").append(index).append(" was asked for, but found: ").append(this);
    text.append(cuda ? ", which sees " + count(seen) : "");
    text.append("; ").append(count(gpusOfSystem())).append(" below /dev; ");
    text.append(PATH).append(" is ").append(setting(PATH)).append(", ");
    text.append(FLAVOR).append(" ").append(setting(FLAVOR));
    if (!cuda) {
      return text.append(remedy()).append("; or engine.device = cpu").toString();
    }
    return text.append(
            seen == 0
                ? ". Does nvidia-smi show one, and does CUDA_VISIBLE_DEVICES hide it?"
                : ". Spark's addresses must be those that CUDA counts from 0.")
        .toString();
  }

  @Override
  public String toString() {
    return "libtorch "
        + version.orElse("of unknown version")
        + (cuda ? " with" : " without")
        + " CUDA in "
        + folder;
  }

  private static String remedy() {
    return ". Right would be: "
        + PATH
        + " naming the folder of a libtorch "
        + built()
        + " for CUDA 12.8, such as the torch/lib of pip's torch=="
        + built()
        + "+"
        + GLUE
        + ", and "
        + FLAVOR
        + "="
        + GLUE
        + " or not set; see docs/gpu.md";
  }

  private static String setting(String name) {
    return Optional.ofNullable(Utils.getEnvOrSystemProperty(name)).orElse("not set");
  }

  private static String count(int gpus) {
    return gpus == 0 ? "no GPU" : gpus == 1 ? "1 GPU" : gpus + " GPUs";
  }

  /** Those that the driver shows to this machine or container. */
  private static int gpusOfSystem() {
    try (Stream<Path> files = Files.list(Path.of("/dev"))) {
      return (int)
          files.filter(file -> file.getFileName().toString().matches("nvidia\\d+")).count();
    } catch (IOException e) {
      return 0;
    }
  }

  /** The version that the build names, such as {@code 2.7.1}; behind it may stand a date. */
  private static String built() {
    return Platform.detectPlatform("pytorch").getVersion().split("-")[0];
  }

  /** Said by a libtorch archive in a file of its own, by a Python package in its code. */
  private static Optional<String> version(Path folder) {
    Path above = folder.resolve("..").normalize();
    try {
      Path own = above.resolve("build-version");
      if (Files.isRegularFile(own)) {
        return Optional.of(Files.readString(own).strip());
      }
      Path python = above.resolve("version.py");
      if (Files.isRegularFile(python)) {
        Matcher version = IN_PYTHON.matcher(Files.readString(python));
        return version.find() ? Optional.of(version.group(1)) : Optional.empty();
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String library(String name) {
    return System.mapLibraryName(name);
  }
}
