package dev.secant.cli;

import java.util.Map;
import picocli.CommandLine.Command;

/** The commands that say what there is to choose from. */
final class ListCommands {
  private ListCommands() {}

  @Command(name = "architectures", description = "The networks that a sweep can name.")
  static final class Architectures implements Runnable {
    @Override
    public void run() {
      print(dev.secant.architecture.Architectures.types());
    }
  }

  @Command(name = "datasets", description = "The datasets that a sweep can name.")
  static final class Datasets implements Runnable {
    @Override
    public void run() {
      print(dev.secant.data.Datasets.types());
    }
  }

  @Command(name = "optimizers", description = "The update rules that a sweep can name.")
  static final class Optimizers implements Runnable {
    @Override
    public void run() {
      print(dev.secant.optimizer.Optimizers.types());
    }
  }

  private static void print(Map<String, String> types) {
    types.forEach((type, description) -> System.out.printf("%-20s %s%n", type, description));
  }
}
