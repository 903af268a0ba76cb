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
    assumeTrue(Files.isReadable(Resident.STATUS), "resident memory is read from /proc");
    File output = folder.resolve("output").toFile();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms96m",
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                Resident.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start();
    int exit = process.waitFor();
    String text = Files.readString(output.toPath());
    assertThat(exit).as(text).isZero();

    Properties growth = new Properties();
    growth.load(new StringReader(text));
    for (String what : List.of("recorded", "replayed", "trials")) {
      assertThat(Long.parseLong(growth.getProperty(what))).as("kB, %s", what).isLessThan(20_000);
    }
  }
}
