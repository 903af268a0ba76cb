package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResidentMemoryTest {
  @TempDir Path folder;

  @Test
  void memoryGrowsNeitherWithStepsNorWithTrials() throws IOException, InterruptedException {
    Properties growth = growth("walked");

    for (String what : List.of("recorded", "replayed", "trials")) {
      assertThat(kilobytes(growth, what)).as("kB, %s", what).isLessThan(20_000);
    }
  }

  @Test
  void aKeptPathTakesTheMemoryThatItIsSaidToTakeAndLeavesItToTheNext()
      throws IOException, InterruptedException {
    Properties growth = growth("kept");

    long path = kilobytes(growth, "path");
    assertThat(path).isGreaterThan(600_000);
    assertThat(kilobytes(growth, "kept")).isBetween(path * 9 / 10, path * 11 / 10);
  }

  private static long kilobytes(Properties growth, String what) {
    return Long.parseLong(growth.getProperty(what));
  }

  private Properties growth(String what) throws IOException, InterruptedException {
    assumeTrue(Files.isReadable(Resident.STATUS), "resident memory is read from /proc");
    File output = folder.resolve("output").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms192m",
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                Resident.class.getName(),
                what)
            .redirectErrorStream(true)
            .redirectOutput(output);
    // The launcher's.
    builder
        .environment()
        .put(
            "GLIBC_TUNABLES",
            "glibc.malloc.arena_max=1:glibc.malloc.hugetlb=1:glibc.malloc.trim_threshold=1099511627776:glibc.malloc.mmap_max=0");
    Process process = builder.start();
    int exit = process.waitFor();
    String text = Files.readString(output.toPath());
    assertThat(exit).as(text).isZero();

    Properties growth = new Properties();
    growth.load(new StringReader(text));
    return growth;
  }
}
