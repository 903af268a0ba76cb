package dev.secant.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Downloads files over HTTP. A file grows under the name {@code NAME.part}, which a later call goes
 * on from, and has its own name only once its checksum has been found right.
 */
final class Download {
  private static final int OK = 200;
  private static final int PARTIAL_CONTENT = 206;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-\\d+/(\\d+|\\*)");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(PATIENCE)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();
  private final Consumer<String> says;

  Download(Consumer<String> says) {
    this.says = says;
  }

  /** The file, in the folder: downloaded, or found there as an earlier call left it. */
  Path fetch(RemoteFile file, Path folder)
      throws IOException, InterruptedException, FetchException {
    Path whole = folder.resolve(file.name());
    if (Files.exists(whole) && file.checksum().of(whole).equals(file.checksum())) {
      return whole;
    }
    Path part = folder.resolve(file.name() + ".part");
    long had = Files.exists(part) ? Files.size(part) : 0;
    HttpResponse<InputStream> response = ask(file, had);
    if (response.statusCode() == RANGE_NOT_SATISFIABLE && had > 0) {
      // Nothing is left to send: all is here, or this is not a part of that file.
      response.body().close();
      if (!file.checksum().of(part).equals(file.checksum())) {
        says.accept(part + " is no part of " + file.address() + ": starting again");
        Files.delete(part);
        return fetch(file, folder);
      }
    } else {
      try (InputStream body = response.body()) {
        receive(file, response, body, part, had);
      }
    }
    Checksum found = file.checksum().of(part);
    if (!found.equals(file.checksum())) {
      Files.delete(part);
      throw new FetchException(
          String.format(
              "%s is not the published file: its checksum is %s; expected %s. It was removed; run"
                  + " again to download it again",
              file.address(), found, file.checksum()));
    }
    return Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
  }

  private HttpResponse<InputStream> ask(RemoteFile file, long had)
      throws InterruptedException, FetchException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(file.address())
            .timeout(PATIENCE)
            // Some hosts refuse the default name of a library.
            .header("User-Agent", "secant");
    if (had > 0) {
      request.header("Range", "bytes=" + had + "-");
    }
    try {
      return client.send(request.build(), BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new FetchException(file.address() + " cannot be reached: " + reason(e), e);
    }
  }

  private void receive(
      RemoteFile file, HttpResponse<InputStream> response, InputStream body, Path part, long had)
      throws IOException, FetchException {
    long from;
    switch (response.statusCode()) {
      case OK -> from = 0;
      case PARTIAL_CONTENT -> {
        from = had;
        checkRange(file, response, had);
      }
      default ->
          throw new FetchException(
              file.address() + " answered with HTTP status " + response.statusCode());
    }
    long left = response.headers().firstValueAsLong("Content-Length").orElse(-1);
    String size = left < 0 ? "size unknown" : bytes(from + left);
    if (had > 0) {
      says.accept(
          from > 0
              ? "resuming " + file.address() + " at " + bytes(had) + " of " + size
              : "downloading "
                  + file.address()
                  + " again from its start ("
                  + size
                  + "): the server does not resume");
    } else {
      says.accept("downloading " + file.address() + " (" + size + ")");
    }
    long received = from;
    try (OutputStream out =
        Files.newOutputStream(
            part,
            StandardOpenOption.CREATE,
            from > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      byte[] buffer = new byte[1 << 16];
      while (true) {
        int count = read(file, body, buffer, received);
        if (count < 0) {
          return;
        }
        out.write(buffer, 0, count);
        if (left > 0) {
          report(from + left, received, received + count);
        }
        received += count;
      }
    }
  }

  /** A failure to read is the connection's; a failure to write is the disk's. */
  private static int read(RemoteFile file, InputStream body, byte[] buffer, long received)
      throws FetchException {
    try {
      return body.read(buffer);
    } catch (IOException e) {
      throw new FetchException(
          String.format(
              "%s: the connection was lost after %s (%s); run again to go on from there",
              file.address(), bytes(received), reason(e)),
          e);
    }
  }

  private static void checkRange(RemoteFile file, HttpResponse<?> response, long asked)
      throws FetchException {
    String range = response.headers().firstValue("Content-Range").orElse("no range");
    Matcher matcher = CONTENT_RANGE.matcher(range);
    if (!matcher.matches() || !matcher.group(1).equals(Long.toString(asked))) {
      throw new FetchException(
          String.format(
              "%s was asked for its bytes from %d on, but sends %s", file.address(), asked, range));
    }
  }

  /** Says how far it is, at every tenth. */
  private void report(long total, long before, long after) {
    if (10 * before / total != 10 * after / total && after < total) {
      says.accept(String.format("  %d %%", 100 * after / total));
    }
  }

  private static String bytes(long count) {
    return count < 1_000_000
        ? count + " bytes"
        : String.format(Locale.ROOT, "%.1f MB", count / 1e6);
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
