package dev.secant.job;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A wire between an S3 client and its server, which answers in the server's place or breaks. */
public final class FaultyWire implements AutoCloseable {
  /** What becomes of a request. */
  public enum Fate {
    PASS(0, ""),
    SLOW_DOWN(503, "SlowDown"),
    ERROR(500, "InternalError"),
    FORBIDDEN(403, "AccessDenied"),
    /** The connection ends before the server hears of it. */
    LOST(0, ""),
    /** The server does it, and the connection ends before it can say so. */
    UNANSWERED(0, "");

    private final int status;
    private final String code;

    Fate(int status, String code) {
      this.status = status;
      this.code = code;
    }
  }

  /**
   * @param target path and query
   */
  public record Request(String method, String target) {}

  private static final Pattern LENGTH =
      Pattern.compile("\r\ncontent-length: *(\\d+)", Pattern.CASE_INSENSITIVE);

  private static final Pattern CONNECTION =
      Pattern.compile("\r\nconnection:[^\r]*", Pattern.CASE_INSENSITIVE);

  private final ServerSocket socket;
  private final int server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "faulty-wire");
            thread.setDaemon(true);
            return thread;
          });
  private final Queue<Request> seen = new ConcurrentLinkedQueue<>();
  private volatile Function<Request, Fate> fates = request -> Fate.PASS;

  private FaultyWire(ServerSocket socket, int server) {
    this.socket = socket;
    this.server = server;
  }

  public static FaultyWire to(int server) throws IOException {
    FaultyWire wire =
        new FaultyWire(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), server);
    wire.threads.submit(wire::accept);
    return wire;
  }

  public int port() {
    return socket.getLocalPort();
  }

  /** What becomes of requests from now on. */
  public void decide(Function<Request, Fate> decision) {
    fates = decision;
  }

  public List<Request> seen() {
    return List.copyOf(seen);
  }

  private Void accept() throws IOException {
    while (true) {
      Socket client = socket.accept();
      threads.submit(() -> serve(client));
    }
  }

  /** One request a connection: both sides are told that it closes. */
  private Void serve(Socket accepted) throws IOException {
    try (Socket client = accepted) {
      InputStream in = client.getInputStream();
      String head = head(in);
      if (head.isEmpty()) {
        return null;
      }
      String[] line = head.substring(0, head.indexOf("\r\n")).split(" ");
      Request request = new Request(line[0], line[1]);
      seen.add(request);
      Fate fate = fates.apply(request);
      if (fate == Fate.LOST) {
        return null;
      }
      if (fate.status > 0) {
        drain(in, head);
        answer(client.getOutputStream(), fate);
        return null;
      }
      pass(client, head, fate == Fate.PASS);
    }
    return null;
  }

  private void pass(Socket client, String head, boolean answered) throws IOException {
    try (Socket backend = new Socket(InetAddress.getLoopbackAddress(), server)) {
      String closing =
          CONNECTION.matcher(head).replaceAll("").stripTrailing() + "\r\nConnection: close\r\n\r\n";
      backend.getOutputStream().write(closing.getBytes(StandardCharsets.ISO_8859_1));
      threads.submit(
          () -> {
            client.getInputStream().transferTo(backend.getOutputStream());
            return null;
          });
      if (answered) {
        backend.getInputStream().transferTo(client.getOutputStream());
      } else {
        // Until a status that is not "go on": the server has done it then.
        String status;
        do {
          status = head(backend.getInputStream());
          if (status.contains(" 100 ")) {
            client.getOutputStream().write(status.getBytes(StandardCharsets.ISO_8859_1));
          }
        } while (status.contains(" 100 "));
      }
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int one = in.read(); one >= 0; one = in.read()) {
      head.write(one);
      if (one == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        return head.toString(StandardCharsets.ISO_8859_1);
      }
    }
    return "";
  }

  /** A client that sends all it has before it listens must not find the connection reset. */
  private static void drain(InputStream in, String head) throws IOException {
    Matcher length = LENGTH.matcher(head);
    if (length.find() && !head.toLowerCase(java.util.Locale.ROOT).contains("100-continue")) {
      in.skipNBytes(Long.parseLong(length.group(1)));
    }
  }

  private static void answer(OutputStream out, Fate fate) throws IOException {
    String body = "<Error><Code>" + fate.code + "</Code><Message>injected</Message></Error>";
    out.write(
        ("HTTP/1.1 "
                + fate.status
                + " Injected\r\nContent-Type: application/xml\r\nContent-Length: "
                + body.length()
                + "\r\nConnection: close\r\n\r\n"
                + body)
            .getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    threads.shutdownNow();
  }
}
