package dev.secant.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries here are empty files: what is looked at is where they lie. */
class LibtorchTest {
  @TempDir Path temp;

  @Test
  void nothingIsNamedByAnEmptyPath() {
    assertThat(Libtorch.named(null)).isEmpty();
    assertThat(Libtorch.named("")).isEmpty();
    assertThat(Libtorch.named(temp.toString())).isEmpty();
  }

  @Test
  void theFirstFolderWithLibtorchIsTheOne() throws IOException {
    Path folder = libtorch("one");
    libtorch("two");
    String path =
        String.join(File.pathSeparator, temp.toString(), folder.toString(), temp + "/two/lib");

    assertThat(Libtorch.named(path).map(Libtorch::folder)).contains(folder);
    assertThat(Libtorch.named(folder.resolve("libtorch.so").toString()).map(Libtorch::folder))
        .contains(folder);
  }

  @Test
  void anArchiveTellsItsVersion() throws IOException {
    Path folder = libtorch("archive");
    Files.writeString(temp.resolve("archive/build-version"), "2.7.1+cu128\n");
    Files.createFile(folder.resolve("libtorch_cuda.so"));

    assertThat(Libtorch.named(folder.toString()))
        .contains(new Libtorch(folder, Optional.of("2.7.1+cu128"), true));
    assertThatCode(() -> Libtorch.named(folder.toString()).orElseThrow().check())
        .doesNotThrowAnyException();
  }

  @Test
  void aPythonPackageOfAnotherVersionIsRefused() throws IOException {
    Path folder = libtorch("torch");
    Files.writeString(
        temp.resolve("torch/version.py"),
        "from typing import Optional\n\n__all__ = []\n__version__ = '2.13.0+cu130'\ndebug = False\n");

    Libtorch found = Libtorch.named(folder.toString()).orElseThrow();

    assertThatThrownBy(found::check)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("libtorch 2.13.0+cu130 without CUDA in " + folder)
        .hasMessageContaining("this build needs 2.7.1")
        .hasMessageContaining("PYTORCH_LIBRARY_PATH naming the folder of a libtorch 2.7.1");
  }

  @Test
  void anUnknownVersionIsTried() throws IOException {
    Libtorch found = Libtorch.named(libtorch("unknown").toString()).orElseThrow();

    assertThat(found.version()).isEmpty();
    assertThatCode(found::check).doesNotThrowAnyException();
  }

  @Test
  void whereTheLibraryHasCudaTheMachineIsAskedAbout() {
    Libtorch libtorch = new Libtorch(temp, Optional.of("2.7.1+cu128"), true);

    assertThat(libtorch.objection(0, 0))
        .contains("libtorch 2.7.1+cu128 with CUDA", "which sees no GPU", "nvidia-smi")
        .doesNotContain("Right would be");
    assertThat(libtorch.objection(3, 2)).contains("GPU 3", "sees 2 GPUs", "Spark's addresses");
  }

  @Test
  void aGpuThatIsNotThereIsRefusedWithWhatWasFoundAndTheRemedy() {
    Device gpu = new Device.Gpu(0, true);

    assertThatThrownBy(() -> Engine.open(gpu, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("GPU 0 was asked for, but found: libtorch 2.7.1 without CUDA in")
        .hasMessageContaining("PYTORCH_FLAVOR=cu128")
        .hasMessageContaining("docs/gpu.md");
  }

  private Path libtorch(String name) throws IOException {
    Path folder = Files.createDirectories(temp.resolve(name).resolve("lib"));
    Files.createFile(folder.resolve("libtorch.so"));
    return folder;
  }
}
