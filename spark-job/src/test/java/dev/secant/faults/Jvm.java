package dev.secant.faults;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A Java process with the class path and the module options of this one, such as a driver. What it
 * prints goes to a file; it dies with the test.
 */
final class Jvm implements AutoCloseable {
  private final Process process;
  private final Path printed;

  private Jvm(Process process, Path printed) {
    this.process = process;
    this.printed = printed;
  }

  /**
   * @param folder for what it prints
   * @param options of the JVM, stronger than the usual ones
   * @param environment added to that of the test
   * @param command class and arguments
   */
  static Jvm start(
      Path folder, List<String> options, Map<String, String> environment, List<String> command) {
    return start(List.of(), folder, options, environment, command);
  }

  /**
   * @param before what starts it, such as {@code bash -c ...}
   */
  static Jvm start(
      List<String> before,
      Path folder,
      List<String> options,
      Map<String, String> environment,
      List<String> command) {
    List<String> line = new ArrayList<>(before);
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Short lives: what the second compiler would gain is never earned back.
    line.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"));
    line.addAll(moduleOptions());
    line.addAll(options);
    line.addAll(command);
    try {
      Files.createDirectories(folder);
      Path printed = Files.createTempFile(folder, "jvm-", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(printed.toFile());
      builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      return new Jvm(process, printed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What Spark and the engine need of a JVM: the options that this one was started with. */
  static List<String> moduleOptions() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            option ->
                option.startsWith("--")
                    || option.startsWith("-Dai.djl")
                    || option.startsWith("-Djdk.")
                    || option.startsWith("-Dio.netty")
                    || option.equals("-XX:+IgnoreUnrecognizedVMOptions"))
        .toList();
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** As {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Its exit code, once it has ended. */
  int awaitEnd() {
    try {
      if (!process.waitFor(Await.LONG.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("it runs for ever:\n" + printed());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  String printed() {
    try {
      return Files.readString(printed, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    kill();
  }

  /** The options that make a JVM, and Spark in it, leave temporary files in one folder alone. */
  static List<String> temporaryFilesIn(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.of("-Djava.io.tmpdir=" + folder + File.separator);
  }
}
