package dev.secant.fetch;

import java.util.List;

/** How a dataset is published. */
public sealed interface Publication {

  /** The folder under the data root that the dataset's reader expects. */
  String folder();

  /**
   * An archive, {@code .zip} or {@code .tar.gz}.
   *
   * @param inside the folder of the archive that becomes {@link #folder()}, with slashes
   */
  record Archive(String folder, RemoteFile file, String inside) implements Publication {}

  /** Files that are used as they are. */
  record Loose(String folder, List<RemoteFile> files) implements Publication {
    public Loose {
      files = List.copyOf(files);
    }
  }

  /**
   * For those only who have signed up with the owner.
   *
   * @param where the page that says how
   * @param layout what the folder must hold then
   */
  record SignUp(String folder, String where, String layout) implements Publication {}
}
