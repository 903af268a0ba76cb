package dev.secant.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.secant.config.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetchTest {
  private static final byte[] CONTENT = random(300_000);

  @TempDir Path temp;
  private final List<String> said = new ArrayList<>();
  private Path root;
  private FileServer server;

  @BeforeEach
  void start() throws IOException {
    root = temp.resolve("data");
    server = new FileServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void anArchiveBecomesTheFolderThatItsReaderExpects() throws Exception {
    byte[] archive = tar(file("inside/a.bin", CONTENT), file("inside/sub/b.txt", text("b")));
    server.offer("x.tar.gz", archive);
    fetch(archive("x.tar.gz", archive, "inside"));
    assertThat(root.resolve("folder/a.bin")).hasBinaryContent(CONTENT);
    assertThat(root.resolve("folder/sub/b.txt")).hasContent("b");
    assertThat(names(root)).containsExactly("folder");
    assertThat(said).last().isEqualTo("name is in " + root.resolve("folder"));
  }

  @Test
  void onlyTheNamedFolderOfAnArchiveIsUnpacked() throws Exception {
    byte[] archive =
        zip(zipped("repo/data/a.txt", "a"), zipped("repo/code.py", "c"), zipped("d", "d"));
    server.offer("x.zip", archive);
    fetch(archive("x.zip", archive, "repo/data"));
    assertThat(names(root.resolve("folder"))).containsExactly("a.txt");
    assertThat(root.resolve("folder/a.txt")).hasContent("a");
  }

  @Test
  void looseFilesLieInTheirFolder() throws Exception {
    server.offer("a.gz", CONTENT);
    server.offer("b.gz", text("b"));
    fetch(
        new Publication.Loose(
            "folder", List.of(remote("a.gz", CONTENT), remote("b.gz", text("b")))));
    assertThat(root.resolve("folder/a.gz")).hasBinaryContent(CONTENT);
    assertThat(root.resolve("folder/b.gz")).hasContent("b");
  }

  @Test
  void whatIsThereIsNotFetchedAgain() throws Exception {
    server.offer("a.gz", CONTENT);
    fetch(loose("a.gz", CONTENT));
    said.clear();
    fetch(loose("a.gz", CONTENT));
    assertThat(server.requests()).hasSize(1);
    assertThat(said).containsExactly("name is there already: " + root.resolve("folder"));
  }

  @Test
  void goesOnWhereTheConnectionWasLost() throws Exception {
    server.offer("a.gz", CONTENT);
    server.cutAfter(100_000);
    assertThatThrownBy(() -> fetch(loose("a.gz", CONTENT)))
        .isInstanceOf(FetchException.class)
        .hasMessageContainingAll("a.gz", "the connection was lost after", "run again");
    assertThat(root.resolve("folder")).doesNotExist();
    byte[] part = Files.readAllBytes(root.resolve(".fetch-name/a.gz.part"));
    assertThat(part).hasSizeBetween(1, 100_000).isEqualTo(Arrays.copyOf(CONTENT, part.length));

    fetch(loose("a.gz", CONTENT));
    assertThat(server.requests()).containsExactly("a.gz", "a.gz bytes=" + part.length + "-");
    assertThat(said).anyMatch(line -> line.startsWith("resuming"));
    assertThat(root.resolve("folder/a.gz")).hasBinaryContent(CONTENT);
  }

  @Test
  void startsAgainWhereTheServerDoesNotResume() throws Exception {
    server.offer("a.gz", CONTENT);
    server.ignoreRanges();
    leavePart(Arrays.copyOf(CONTENT, 1234));
    fetch(loose("a.gz", CONTENT));
    assertThat(said).anyMatch(line -> line.contains("the server does not resume"));
    assertThat(root.resolve("folder/a.gz")).hasBinaryContent(CONTENT);
  }

  @Test
  void aServerThatSendsAnotherRangeThanAskedForIsNotBelieved() throws Exception {
    server.offer("a.gz", CONTENT);
    server.shiftRanges(1);
    leavePart(Arrays.copyOf(CONTENT, 1234));
    assertThatThrownBy(() -> fetch(loose("a.gz", CONTENT)))
        .isInstanceOf(FetchException.class)
        .hasMessageContainingAll("from 1234 on", "bytes 1235-299999/300000");
    assertThat(root.resolve(".fetch-name/a.gz.part")).hasSize(1234);
  }

  @Test
  void aPartThatIsTheWholeIsTaken() throws Exception {
    server.offer("a.gz", CONTENT);
    leavePart(CONTENT);
    fetch(loose("a.gz", CONTENT));
    assertThat(server.requests()).containsExactly("a.gz bytes=300000-");
    assertThat(root.resolve("folder/a.gz")).hasBinaryContent(CONTENT);
  }

  @Test
  void aPartThatIsLongerThanTheFileIsThrownAway() throws Exception {
    server.offer("a.gz", CONTENT);
    leavePart(random(300_001));
    fetch(loose("a.gz", CONTENT));
    assertThat(server.requests()).containsExactly("a.gz bytes=300001-", "a.gz");
    assertThat(root.resolve("folder/a.gz")).hasBinaryContent(CONTENT);
  }

  @Test
  void aWrongChecksumRemovesTheFileAndNamesBoth() throws Exception {
    server.offer("a.gz", text("forged"));
    RemoteFile file = remote("a.gz", CONTENT);
    assertThatThrownBy(() -> fetch(new Publication.Loose("folder", List.of(file))))
        .isInstanceOf(FetchException.class)
        .hasMessageContainingAll(
            "a.gz",
            // By sha256sum.
            "SHA-256 ccdd35168ab474fa5764a526cfb83621351e23682c5075b2e18d56bddf96aa30",
            "expected " + file.checksum());
    assertThat(root.resolve("folder")).doesNotExist();
    assertThat(root.resolve(".fetch-name")).isEmptyDirectory();

    server.offer("a.gz", CONTENT);
    fetch(loose("a.gz", CONTENT));
    assertThat(root.resolve("folder/a.gz")).hasBinaryContent(CONTENT);
  }

  @Test
  void md5IsCheckedWhereNothingElseIsPublished() throws Exception {
    server.offer("a.gz", text("abc"));
    // From RFC 1321.
    Checksum right = Checksum.md5("900150983cd24fb0d6963f7d28e17f72");
    fetch(new Publication.Loose("folder", List.of(new RemoteFile(server.address("a.gz"), right))));
    assertThat(root.resolve("folder/a.gz")).hasContent("abc");
  }

  @Test
  void whatIsNotPublishedThereIsSaidWithItsStatus() {
    assertThatThrownBy(() -> fetch(loose("gone.gz", CONTENT)))
        .isInstanceOf(FetchException.class)
        .hasMessageContainingAll("gone.gz", "404");
    assertThat(root.resolve(".fetch-name")).isEmptyDirectory();
  }

  @Test
  void aServerThatIsNotThereIsNamed() {
    Publication publication = loose("a.gz", CONTENT);
    server.close();
    assertThatThrownBy(() -> fetch(publication))
        .isInstanceOf(FetchException.class)
        .hasMessageContainingAll("a.gz", "cannot be reached");
  }

  @Test
  void redirectsAreFollowed() throws Exception {
    server.offer("a.gz", CONTENT);
    server.redirect("old.gz", "a.gz");
    fetch(loose("old.gz", CONTENT));
    assertThat(root.resolve("folder/old.gz")).hasBinaryContent(CONTENT);
  }

  @Test
  void anArchiveWritesNothingOutsideItsFolder() throws Exception {
    String absolute = temp.resolve("out.txt").toString();
    for (String name :
        List.of("../out.txt", "inside/../../out.txt", absolute, "inside/..\\out.txt", "C:/out")) {
      assertRefused("x.tar.gz", tar(file(name, text("out"))), "lies outside");
      assertRefused("x.zip", zip(zipped(name, "out")), "lies outside");
    }
    try (Stream<Path> all = Files.walk(temp)) {
      assertThat(all.map(path -> path.getFileName().toString())).doesNotContain("out.txt", "out");
    }
  }

  @Test
  void anArchiveMakesNoLinks() throws Exception {
    String reason = "neither a file nor a folder";
    assertRefused("x.tar.gz", tar(special("inside/l", "../..", TarConstants.LF_SYMLINK)), reason);
    assertRefused("x.tar.gz", tar(special("inside/l", absent(), TarConstants.LF_LINK)), reason);
    assertRefused("x.tar.gz", tar(special("inside/l", "", TarConstants.LF_FIFO)), reason);
    Zipped symlink = zipped("inside/l", "../..");
    symlink.entry().setUnixMode(0120777);
    assertRefused("x.zip", zip(symlink), reason);
  }

  @Test
  void anArchiveThatGrowsWithoutMeasureIsRefused() throws Exception {
    byte[] zeros = new byte[10_000_000];
    Zipped large = new Zipped(new ZipArchiveEntry("inside/zeros"), zeros);
    assertRefused("x.tar.gz", tar(file("inside/zeros", zeros)), "grows more than 100fold");
    assertRefused("x.zip", zip(large), "grows more than 100fold");
  }

  @Test
  void anArchiveWithoutTheFolderIsRefused() throws Exception {
    byte[] archive = tar(file("other/a.txt", text("a")));
    assertRefused("x.tar.gz", archive, "has no files in a folder inside");
  }

  @Test
  void anArchiveThatIsNoneIsRefused() throws Exception {
    assertRefused("x.tar.gz", text("not gzip"), "cannot be unpacked");
    assertRefused("x.zip", text("not zip"), "cannot be unpacked");
    byte[] whole = tar(file("inside/a.bin", CONTENT));
    assertRefused("x.tar.gz", Arrays.copyOf(whole, whole.length / 2), "cannot be unpacked");
  }

  @Test
  void whatAKilledRunLeftUnpackedIsNotTakenForWhole() throws Exception {
    Files.createDirectories(root.resolve(".fetch-name/whole"));
    Files.writeString(root.resolve(".fetch-name/whole/half.bin"), "half");
    server.offer("a.gz", CONTENT);
    fetch(loose("a.gz", CONTENT));
    assertThat(names(root.resolve("folder"))).containsExactly("a.gz");
  }

  @Test
  void whereASignUpIsNeededItSaysWhere() {
    for (String name : List.of("imagenet", "vaihingen")) {
      Publication publication = Publications.all().get(name);
      assertThatThrownBy(() -> new Fetch(root, said::add).fetch(name, publication))
          .isInstanceOf(InputException.class)
          .hasMessageContainingAll(name, "https://", root.resolve(name).toString());
    }
    assertThat(root).doesNotExist();
  }

  @Test
  void aRootThatIsAFileIsBadInput() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    assertThatThrownBy(() -> new Fetch(file, said::add).fetch("name", loose("a.gz", CONTENT)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("cannot be made");
  }

  /** The files of the data root that were placed by hand have the sums that are asked for. */
  @Test
  void theRealFilesHaveThePublishedChecksums() throws Exception {
    String real = System.getenv("SECANT_DATA");
    assumeTrue(real != null, "SECANT_DATA is not set: no real data to read");
    for (String name : List.of("fashion-mnist", "tinyshakespeare")) {
      Publication.Loose loose = (Publication.Loose) Publications.all().get(name);
      for (RemoteFile file : loose.files()) {
        Path found = Path.of(real, loose.folder(), file.name());
        assertThat(file.checksum().of(found)).as(found.toString()).isEqualTo(file.checksum());
      }
    }
  }

  private void fetch(Publication publication) throws FetchException, InterruptedException {
    new Fetch(root, said::add).fetch("name", publication);
  }

  private void assertRefused(String name, byte[] archive, String reason) {
    server.offer(name, archive);
    Publication publication = archive(name, archive, "inside");
    assertThatThrownBy(() -> fetch(publication))
        .isInstanceOf(FetchException.class)
        .hasMessageContainingAll(name, reason);
    assertThat(root.resolve("folder")).doesNotExist();
  }

  private void leavePart(byte[] content) throws IOException {
    Files.createDirectories(root.resolve(".fetch-name"));
    Files.write(root.resolve(".fetch-name/a.gz.part"), content);
  }

  private Publication archive(String name, byte[] content, String inside) {
    return new Publication.Archive("folder", remote(name, content), inside);
  }

  private Publication loose(String name, byte[] content) {
    return new Publication.Loose("folder", List.of(remote(name, content)));
  }

  private RemoteFile remote(String name, byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return new RemoteFile(
          server.address(name), Checksum.sha256(HexFormat.of().formatHex(digest)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private String absent() {
    return temp.resolve("absent").toString();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(4).nextBytes(bytes);
    return bytes;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Tarred file(String name, byte[] content) {
    // Absolute names stay as they are.
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    return new Tarred(entry, content);
  }

  private static Tarred special(String name, String target, byte kind) {
    TarArchiveEntry entry = new TarArchiveEntry(name, kind);
    entry.setLinkName(target);
    return new Tarred(entry, new byte[0]);
  }

  private static byte[] tar(Tarred... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      for (Tarred tarred : entries) {
        tar.putArchiveEntry(tarred.entry());
        tar.write(tarred.content());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static Zipped zipped(String name, String content) {
    return new Zipped(new ZipArchiveEntry(name), text(content));
  }

  private static byte[] zip(Zipped... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
      for (Zipped zipped : entries) {
        zip.putArchiveEntry(zipped.entry());
        zip.write(zipped.content());
        zip.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private record Tarred(TarArchiveEntry entry, byte[] content) {}

  private record Zipped(ZipArchiveEntry entry, byte[] content) {}
}
