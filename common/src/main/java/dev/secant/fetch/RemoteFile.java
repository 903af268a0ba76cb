package dev.secant.fetch;

import java.net.URI;

/** A file as it is published: where it lies and what it must hash to. */
public record RemoteFile(URI address, Checksum checksum) {

  /** The last part of the address. */
  String name() {
    String path = address.getPath();
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
