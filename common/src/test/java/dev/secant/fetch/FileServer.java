package dev.secant.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** An HTTP server on the loopback interface that serves files and can be told to misbehave. */
final class FileServer implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final Map<String, String> moved = new ConcurrentHashMap<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private volatile int cut = Integer.MAX_VALUE;
  private volatile boolean resumes = true;
  private volatile int shift;

  FileServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  URI address(String name) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/files/" + name);
  }

  void offer(String name, byte[] content) {
    files.put(name, content);
  }

  void redirect(String from, String to) {
    moved.put(from, to);
  }

  /** Ends the next answer in the middle of its content. */
  void cutAfter(int bytes) {
    cut = bytes;
  }

  void ignoreRanges() {
    resumes = false;
  }

  /** Sends ranges that start so many bytes later than asked for. */
  void shiftRanges(int bytes) {
    shift = bytes;
  }

  /** Names asked for, each with its range where there was one. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String name = exchange.getRequestURI().getPath().replace("/files/", "");
      Optional<String> range = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"));
      requests.add(name + range.map(text -> " " + text).orElse(""));
      byte[] content = files.get(name);
      if (moved.containsKey(name)) {
        exchange.getResponseHeaders().set("Location", address(moved.get(name)).toString());
        exchange.sendResponseHeaders(301, -1);
      } else if (content == null) {
        exchange.sendResponseHeaders(404, -1);
      } else if (range.isPresent() && resumes) {
        int from = Integer.parseInt(range.get().replaceAll("\\D", "")) + shift;
        if (from >= content.length) {
          exchange.getResponseHeaders().set("Content-Range", "bytes */" + content.length);
          exchange.sendResponseHeaders(416, -1);
          return;
        }
        exchange
            .getResponseHeaders()
            .set(
                "Content-Range",
                "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        send(exchange, 206, content, from);
      } else {
        send(exchange, 200, content, 0);
      }
    }
  }

  private void send(HttpExchange exchange, int status, byte[] content, int from)
      throws IOException {
    int length = content.length - from;
    exchange.sendResponseHeaders(status, length);
    OutputStream body = exchange.getResponseBody();
    body.write(content, from, Math.min(cut, length));
    body.flush();
    cut = Integer.MAX_VALUE;
  }
}
