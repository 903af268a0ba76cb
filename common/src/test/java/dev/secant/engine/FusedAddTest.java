package dev.secant.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FusedAddTest {
  /** Prints whether there is one in a process of its own. */
  static final class Print {
    private Print() {}

    public static void main(String[] args) {
      Engine.open(1).close();
      System.out.println("fused: " + FusedAdd.isHere());
    }
  }

  @Test
  void kernelsThatUseNoFusedInstructionAreFound() throws IOException, InterruptedException {
    assertThat(print("default")).contains("fused: false");
  }

  @Test
  void thoseThatUseItAreFound() throws IOException, InterruptedException {
    Path processors = Path.of("/proc/cpuinfo");
    assumeThat(processors).exists();
    assumeThat(System.getProperty("os.arch")).isEqualTo("amd64");
    boolean instruction = Files.readString(processors).contains(" fma ");

    assertThat(print("")).contains("fused: " + instruction);
  }

  private static String print(String capability) throws IOException, InterruptedException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    ProcessBuilder builder =
        new ProcessBuilder(
            java.toString(), "-cp", System.getProperty("java.class.path"), Print.class.getName());
    builder.environment().put("ATEN_CPU_CAPABILITY", capability);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
