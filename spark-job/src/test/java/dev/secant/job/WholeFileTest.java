package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir Path temp;

  @Test
  void aFileShowsWhenItIsWhole() throws IOException {
    write(
        out -> {
          out.write(bytes("half"));
          out.flush();
          assertThat(file()).doesNotExist();
        });

    assertThat(file()).hasContent("half");
    assertThat(temp).isDirectoryNotContaining(path -> !path.equals(file()));
  }

  @Test
  void aWriterThatThrowsLeavesNothingThoughItClosesTheStream() {
    assertThatThrownBy(
            () ->
                write(
                    out -> {
                      try (out) {
                        out.write(bytes("half"));
                        throw new IllegalStateException("broken");
                      }
                    }))
        .hasMessage("broken");

    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void aWriterThatThrowsLeavesWhatWasThere() throws IOException {
    write(out -> out.write(bytes("first")));

    assertThatThrownBy(
            () ->
                write(
                    out -> {
                      out.write(bytes("second"));
                      throw new OutOfMemoryError("broken");
                    }))
        .hasMessage("broken");

    assertThat(file()).hasContent("first");
    assertThat(temp).isDirectoryNotContaining(path -> !path.equals(file()));
  }

  @Test
  void aWriterThatClosesTheStreamWritesTheWholeFile() throws IOException {
    write(
        out -> {
          try (out) {
            out.write(bytes("whole"));
            assertThat(out.getPos()).isEqualTo(5);
          }
        });

    assertThat(file()).hasContent("whole");
  }

  @Test
  void whatWasUnderWayIsKnownByItsName() throws IOException {
    write(
        out -> {
          try (var names = Files.list(temp)) {
            assertThat(names.map(path -> path.getFileName().toString()))
                .hasSize(1)
                .allMatch(WholeFile::isUnderWay);
          }
        });

    assertThat(WholeFile.isUnderWay("file.txt")).isFalse();
    assertThat(WholeFile.isUnderWay("_sweep")).isFalse();
    assertThat(WholeFile.isUnderWay("_checkpoints")).isFalse();
  }

  private void write(WholeFile.Content content) throws IOException {
    FileSystem files = new Output(temp.toString(), new Configuration()).files();
    WholeFile.write(files, new org.apache.hadoop.fs.Path(file().toString()), content);
  }

  private Path file() {
    return temp.resolve("file.txt");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
