package dev.secant.job;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A process of this build's classes, to be killed for real. */
public final class ChildJvm {
  private ChildJvm() {}

  /**
   * Starts a class's main method with the options of this JVM.
   *
   * @param says the file for what it prints
   */
  public static Process start(Path says, Class<?> main, String... arguments) throws IOException {
    return start(says, Map.of(), List.of(), main, List.of(arguments));
  }

  /** The same with more environment and options. */
  public static Process start(
      Path says,
      Map<String, String> environment,
      List<String> options,
      Class<?> main,
      List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Not those of an agent or a debugger.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.matches("--.*|-X.*|-Dai\\.djl.*"))
        .forEach(command::add);
    command.addAll(options);
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(arguments);
    ProcessBuilder process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(says.toFile());
    process.environment().putAll(environment);
    return process.start();
  }
}
