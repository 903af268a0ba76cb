package dev.secant.sweep;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** The name of a path: the first 12 hex digits of SHA-256 over what determines it. */
public record TrialId(String value) {
  private static final int DIGITS = 12;

  public TrialId {
    if (!value.matches("[0-9a-f]{12}")) {
      throw new IllegalArgumentException("a trial id is 12 hex digits, not " + value);
    }
  }

  static TrialId of(String canonicalJson) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      byte[] digest = sha.digest(canonicalJson.getBytes(StandardCharsets.UTF_8));
      return new TrialId(
          HexFormat.of().formatHex(digest).substring(0, DIGITS).toLowerCase(Locale.ROOT));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
