package dev.secant.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CompilersTest {
  /** Waits for its compilers, in a process of its own. */
  static final class Wait {
    private Wait() {}

    public static void main(String[] args) {
      Compilers compilers = new Compilers();
      while (!compilers.areQuiet()) {
        Thread.onSpinWait();
      }
      System.out.println("quiet");
    }
  }

  @Test
  void aJvmThatInterpretsEverythingHasNoneToWaitFor() throws IOException, InterruptedException {
    assertThat(waitedInterpreted()).contains("quiet");
  }

  private static String waitedInterpreted() throws IOException, InterruptedException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(
                java.toString(),
                "-Xint",
                "-cp",
                System.getProperty("java.class.path"),
                Wait.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
