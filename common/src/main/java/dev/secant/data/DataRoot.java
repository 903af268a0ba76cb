package dev.secant.data;

import dev.secant.config.InputException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Where datasets lie.
 *
 * @param address a folder that holds one sub-folder a dataset, on every machine; or the address of
 *     one in an object store, such as {@code s3a://bucket/data}
 * @param cache the local folder where what lies in an object store is brought, on every machine;
 *     {@code auto} for one beside the machine's other temporary files
 */
public record DataRoot(String address, String cache) implements Serializable {
  private static final Pattern ADDRESS = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+://.*");

  public DataRoot {
    if (address.matches("(?i)s3[a-z]?://[^/]*@.*")) {
      throw new InputException(
          "data.root: an address must not hold credentials; docs/s3.md says where they belong");
    }
  }

  /** A folder of this machine. */
  public static DataRoot of(Path folder) {
    return new DataRoot(folder.toString(), "auto");
  }

  /** Whether it lies elsewhere, so that datasets are brought here first. */
  public boolean isRemote() {
    return ADDRESS.matcher(address).matches() && !address.startsWith("file:");
  }

  /** The local folder from which datasets are read. */
  public Path folder() {
    if (address.startsWith("file:")) {
      return Path.of(URI.create(address).getPath());
    }
    return isRemote() ? cacheFolder() : Path.of(address);
  }

  private Path cacheFolder() {
    Path folder =
        cache.equals("auto")
            ? Path.of(
                System.getProperty("java.io.tmpdir"),
                "secant-data-" + System.getProperty("user.name"))
            : Path.of(cache);
    // One root's datasets are not taken for another's.
    return folder.resolve(address.replaceAll("[^A-Za-z0-9._-]+", "_"));
  }
}
