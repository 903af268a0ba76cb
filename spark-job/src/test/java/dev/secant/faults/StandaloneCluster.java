package dev.secant.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;

/**
 * A Spark cluster on this machine: a master and workers as processes, which start executors in
 * processes of their own. Everything runs from the test's class path; there is no distribution.
 */
final class StandaloneCluster implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final int port;
  private final int page;
  private final Jvm master;
  private final List<Jvm> workers = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * @param folder for what it prints and for temporary files
   * @param workers of one core each
   */
  StandaloneCluster(Path folder, int workers) {
    this.folder = folder;
    this.port = freePort();
    this.page = freePort();
    try {
      Files.createDirectories(folder.resolve("home/jars"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.master =
        start(
            "org.apache.spark.deploy.master.Master",
            "--host",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--webui-port",
            Integer.toString(page));
    for (int i = 0; i < workers; i++) {
      addWorker();
    }
    awaitWorkers(workers);
  }

  String address() {
    return "spark://127.0.0.1:" + port;
  }

  /** What a driver of this machine needs to compute on this cluster. */
  SparkConf conf() {
    List<String> options = Jvm.moduleOptions().stream().filter(o -> !o.startsWith("-XX")).toList();
    return new SparkConf()
        .setMaster(address())
        .setAppName("faults")
        .set("spark.ui.enabled", "false")
        .set("spark.driver.host", "127.0.0.1")
        .set("spark.driver.bindAddress", "127.0.0.1")
        .set("spark.executor.memory", "512m")
        .set("spark.executor.cores", "1")
        .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
        .set(
            "spark.executor.extraJavaOptions",
            String.join(" ", options) + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
  }

  void addWorker() {
    workers.add(
        start(
            "org.apache.spark.deploy.worker.Worker",
            "--host",
            "127.0.0.1",
            "--webui-port",
            "0",
            "--cores",
            "1",
            "--memory",
            "1g",
            "--work-dir",
            folder.resolve("work").toString(),
            address()));
  }

  void awaitWorkers(int alive) {
    Await.until(
        alive + " workers",
        () -> state().map(state -> state.get("aliveworkers").asInt()).orElse(0) == alive,
        this::printed);
  }

  /** Executors that run now, of all workers. */
  List<ProcessHandle> executors() {
    return workers.stream().flatMap(worker -> worker.handle().descendants()).toList();
  }

  /** A machine goes: the worker whose executor this is, and the executor with it. */
  void killWorkerOf(ProcessHandle executor) {
    Jvm worker =
        workers.stream()
            .filter(one -> one.handle().descendants().anyMatch(executor::equals))
            .findFirst()
            .orElseThrow();
    worker.kill();
    executor.destroyForcibly();
    workers.remove(worker);
  }

  void killAllWorkers() {
    List<ProcessHandle> executors = executors();
    workers.forEach(Jvm::kill);
    executors.forEach(ProcessHandle::destroyForcibly);
    workers.clear();
  }

  /** Ends an application as its page's "kill" does. */
  void endApplication(String id) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + page + "/app/kill/"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("id=" + id + "&terminate=true"))
            .build();
    http.send(request, HttpResponse.BodyHandlers.discarding());
  }

  /** What its processes have printed. */
  String printed() {
    StringBuilder printed = new StringBuilder("master: ").append(master.printed());
    workers.forEach(worker -> printed.append("\nworker: ").append(worker.printed()));
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.endsWith("stderr")).toList()) {
        printed.append('\n').append(file).append(": ").append(Files.readString(file));
      }
    } catch (IOException e) {
      printed.append(e);
    }
    return printed.toString();
  }

  private Optional<JsonNode> state() {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + page + "/json/")).build();
      return Optional.of(
          JSON.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body()));
    } catch (IOException e) {
      // Not up yet.
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private Jvm start(String... command) {
    return Jvm.start(
        folder,
        List.of("-Xmx256m"),
        Map.of(
            "SPARK_HOME",
            folder.resolve("home").toString(),
            "SPARK_LOCAL_DIRS",
            folder.resolve("local").toString(),
            "SPARK_LOCAL_IP",
            "127.0.0.1",
            "SPARK_SCALA_VERSION",
            "2.13"),
        List.of(command));
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends every process of the cluster, and makes sure of it. */
  @Override
  public void close() {
    List<ProcessHandle> all = new ArrayList<>(executors());
    workers.forEach(worker -> all.add(worker.handle()));
    all.add(master.handle());
    workers.forEach(Jvm::close);
    master.close();
    all.forEach(ProcessHandle::destroyForcibly);
    Await.until("the end of " + all, () -> all.stream().noneMatch(ProcessHandle::isAlive));
  }
}
