package dev.secant.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a file's content must hash to.
 *
 * @param algorithm {@code SHA-256} or {@code MD5}, every Java platform has both
 * @param hex lower case
 */
public record Checksum(String algorithm, String hex) {

  public static Checksum sha256(String hex) {
    return new Checksum("SHA-256", hex);
  }

  /** For files whose publisher names no other; guards against damage, not against forgery. */
  public static Checksum md5(String hex) {
    return new Checksum("MD5", hex);
  }

  /** The checksum, by the same algorithm, that a file has. */
  Checksum of(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    try (InputStream stream = new DigestInputStream(Files.newInputStream(file), digest)) {
      stream.transferTo(OutputStream.nullOutputStream());
    }
    return new Checksum(algorithm, HexFormat.of().formatHex(digest.digest()));
  }

  @Override
  public String toString() {
    return algorithm + " " + hex;
  }
}
