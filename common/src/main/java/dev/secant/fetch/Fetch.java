package dev.secant.fetch;

import dev.secant.config.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Brings published datasets under a data root. A dataset's folder appears whole or not at all: it
 * is made in a hidden folder beside it, {@code .fetch-NAME}, and renamed at the end. A fetch that
 * was cut off leaves that folder, and the next one goes on from there.
 */
public final class Fetch {
  private final Path root;
  private final Consumer<String> says;
  private final Download download;

  /**
   * @param root the data root, made where there is none
   * @param says takes what is done, line by line
   */
  public Fetch(Path root, Consumer<String> says) {
    this.root = root;
    this.says = says;
    this.download = new Download(says);
  }

  /**
   * Fetches a dataset, if its folder is not there yet.
   *
   * @throws InputException where the dataset is for those only who signed up, or the root is no
   *     folder
   * @throws FetchException where a server, the network, an archive or the disk is at fault
   */
  public void fetch(String name, Publication publication)
      throws FetchException, InterruptedException {
    Path folder = root.resolve(publication.folder());
    if (Files.exists(folder)) {
      says.accept(name + " is there already: " + folder);
      return;
    }
    if (publication instanceof Publication.SignUp signUp) {
      throw new InputException(
          String.format(
              "%s cannot be fetched without signing up with its owner: %s. Then make %s hold %s",
              name, signUp.where(), folder, signUp.layout()));
    }
    Path work = root.resolve(".fetch-" + name);
    try {
      Files.createDirectories(work);
    } catch (IOException e) {
      throw new InputException(work + ": cannot be made: " + e, e);
    }
    try {
      Path whole = work.resolve("whole");
      remove(whole);
      if (publication instanceof Publication.Archive archive) {
        Path file = download.fetch(archive.file(), work);
        says.accept("unpacking " + file.getFileName());
        Unpacking.unpack(file, archive.inside(), whole);
      } else if (publication instanceof Publication.Loose loose) {
        collect(loose, work, whole);
      }
      Files.move(whole, folder, StandardCopyOption.ATOMIC_MOVE);
      remove(work);
    } catch (IOException e) {
      throw new FetchException(name + " could not be stored under " + root + ": " + e, e);
    }
    says.accept(name + " is in " + folder);
  }

  private void collect(Publication.Loose loose, Path work, Path whole)
      throws IOException, InterruptedException, FetchException {
    List<Path> files = new ArrayList<>();
    for (RemoteFile file : loose.files()) {
      files.add(download.fetch(file, work));
    }
    Files.createDirectories(whole);
    for (Path file : files) {
      Files.move(file, whole.resolve(file.getFileName()));
    }
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
