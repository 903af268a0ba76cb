package dev.secant.cli;

import dev.secant.analysis.TextTable;
import dev.secant.architecture.Architecture;
import dev.secant.architecture.ArchitectureProvider;
import dev.secant.architecture.Network;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What a sweep can name. */
final class ListCommands {
  private ListCommands() {}

  @Command(
      name = "architectures",
      description = {
        "Lists the networks, their options with defaults, and how many tensors and weights they",
        "have then at an example task."
      })
  static final class Architectures implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      TextTable table =
          new TextTable(
              List.of("type", "what it is", "options", "example task", "tensors", "weights"));
      for (ArchitectureProvider provider :
          dev.secant.architecture.Architectures.providers().values()) {
        table.add(row(provider));
      }
      print(spec, table);
      return 0;
    }

    private static List<?> row(ArchitectureProvider provider) {
      if (provider.exampleTask().isEmpty()) {
        return List.of(provider.type(), provider.description(), "-", "-", "-", "-");
      }
      Task task = provider.exampleTask().get();
      Architecture architecture = provider.parse(Settings.of(Map.of("type", provider.type())));
      Network network = architecture.network(task);
      String options =
          architecture.settings().entrySet().stream()
              .map(option -> option.getKey() + " = " + option.getValue())
              .collect(Collectors.joining(", "));
      return List.of(
          provider.type(),
          provider.description(),
          options,
          describe(task),
          network.weights().entries().size(),
          network.size());
    }

    private static String describe(Task task) {
      String shape =
          task.inputShape().stream().map(String::valueOf).collect(Collectors.joining("x"));
      String targets = task instanceof Task.Language ? " tokens, vocabulary " : ", classes ";
      return shape + targets + task.classes();
    }
  }

  @Command(name = "datasets", description = "Lists the datasets.")
  static final class Datasets implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      return list(spec, dev.secant.data.Datasets.types());
    }
  }

  @Command(name = "optimizers", description = "Lists the update rules and their options.")
  static final class Optimizers implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      return list(spec, dev.secant.optimizer.Optimizers.types());
    }
  }

  private static int list(CommandSpec spec, Map<String, String> types) {
    TextTable table = new TextTable(List.of("type", "what it is"));
    types.forEach((type, description) -> table.add(List.of(type, description)));
    print(spec, table);
    return 0;
  }

  private static void print(CommandSpec spec, TextTable table) {
    spec.commandLine().getOut().print(table.aligned());
    spec.commandLine().getOut().flush();
  }
}
