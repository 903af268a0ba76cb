package dev.secant.cli;

import dev.secant.analysis.TextTable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What a sweep can name. */
final class ListCommands {
  private ListCommands() {}

  @Command(name = "architectures", description = "Lists the networks and their options.")
  static final class Architectures implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      return list(spec, dev.secant.architecture.Architectures.types());
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
    spec.commandLine().getOut().print(table.aligned());
    spec.commandLine().getOut().flush();
    return 0;
  }
}
