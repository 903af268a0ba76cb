package dev.secant.job;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A real S3 server on the loopback address: s3proxy in a process of its own, which checks
 * signatures and keeps objects as files. The build puts its jar into {@code target/s3proxy}.
 */
public final class S3Server implements AutoCloseable {
  public static final String ACCESS_KEY = "AKIAR2Y7XQ5SECANTTST";
  public static final String SECRET_KEY = "q8Zr4kVw/secret/of/the/tests/T1mEbLm2";

  private static final Path JAR =
      Path.of(
          System.getProperty("basedir", "."), "target/s3proxy/s3proxy-jar-with-dependencies.jar");

  private final Path folder;
  private final int port;
  private Process process;

  private S3Server(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /**
   * @param folder for buckets, settings and log
   */
  public static S3Server start(Path folder) throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    S3Server server = new S3Server(folder, port);
    server.start();
    return server;
  }

  /** Starts it again at the same address, with the objects that it had. */
  public void start() throws IOException, InterruptedException {
    Path settings = folder.resolve("s3proxy.properties");
    Files.write(
        settings,
        List.of(
            "s3proxy.authorization=aws-v2-or-v4",
            "s3proxy.endpoint=http://127.0.0.1:" + port,
            "s3proxy.identity=" + ACCESS_KEY,
            "s3proxy.credential=" + SECRET_KEY,
            "jclouds.provider=filesystem-nio2",
            "jclouds.identity=unused",
            "jclouds.credential=unused",
            "jclouds.filesystem.basedir=" + Files.createDirectories(folder.resolve("buckets"))));
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toString(),
                "--properties",
                settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log.txt").toFile()))
            .start();
    while (!answers()) {
      if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
        throw new IOException("s3proxy ended: " + Files.readString(folder.resolve("log.txt")));
      }
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  public int port() {
    return port;
  }

  /** Makes an empty bucket. */
  public void create(String bucket) throws IOException {
    Files.createDirectories(folder.resolve("buckets").resolve(bucket));
  }

  /** What is in a bucket, and uploads that are pending: the file system's names. */
  public List<String> objects(String bucket) throws IOException {
    Path root = folder.resolve("buckets").resolve(bucket);
    List<String> objects = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            objects.add(root.relativize(file).toString());
            return FileVisitResult.CONTINUE;
          }

          /** The server renames what it has written. */
          @Override
          public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException gone) {
            return FileVisitResult.CONTINUE;
          }
        });
    Collections.sort(objects);
    return objects;
  }

  /**
   * Hadoop's settings for one bucket, so that buckets of several servers can be used at once.
   *
   * @param port of this server, or of a wire to it
   */
  public static Map<String, String> settings(String bucket, int port) {
    String prefix = "fs.s3a.bucket." + bucket + ".";
    return Map.of(
        prefix + "endpoint",
        "http://127.0.0.1:" + port,
        prefix + "endpoint.region",
        "us-east-1",
        prefix + "path.style.access",
        "true",
        prefix + "access.key",
        ACCESS_KEY,
        prefix + "secret.key",
        SECRET_KEY);
  }

  /** Ends it as a power cut would. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
