package dev.secant.faults;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Local files under {@code gated:}, with a gate where a file of rows has been written and is about
 * to get its name. {@code fs.gated.folder} is where the gate is, {@code fs.gated.table} names the
 * table.
 */
public final class GatedFiles extends RawLocalFileSystem {
  static final String GATE = "commit";

  @Override
  public URI getUri() {
    return URI.create("gated:///");
  }

  @Override
  public String getScheme() {
    return "gated";
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    String table = getConf().get("fs.gated.table");
    if (to.getName().endsWith(".parquet") && to.getParent().getParent().getName().equals(table)) {
      new Gate(getConf().get("fs.gated.folder"), GATE).pass();
    }
    return super.rename(from, to);
  }

  // Hadoop would start a process for each file.
  @Override
  public void setPermission(Path path, FsPermission permission) {}
}
