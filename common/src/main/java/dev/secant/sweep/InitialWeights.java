package dev.secant.sweep;

import dev.secant.config.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A safetensors file that a trial starts from.
 *
 * @param sha256 of its content, in hex: what it holds, not where it lies, determines the path
 */
public record InitialWeights(Path path, String sha256) {
  /**
   * The file as it is now.
   *
   * @throws InputException where it cannot be read
   */
  public static InitialWeights of(Path path) {
    try (InputStream file = Files.newInputStream(path);
        DigestInputStream digested =
            new DigestInputStream(file, MessageDigest.getInstance("SHA-256"))) {
      digested.transferTo(java.io.OutputStream.nullOutputStream());
      String sum = HexFormat.of().formatHex(digested.getMessageDigest().digest());
      return new InitialWeights(path.toAbsolutePath().normalize(), sum);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Makes sure that the file is still the one that the trial was planned with.
   *
   * @throws InputException where it is not
   */
  public void verify() {
    String now = of(path).sha256();
    if (!now.equals(sha256)) {
      throw new InputException(
          path + ": has SHA-256 " + now + ", but the trial was planned with " + sha256);
    }
  }
}
