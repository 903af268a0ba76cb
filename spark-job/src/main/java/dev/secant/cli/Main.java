package dev.secant.cli;

import dev.secant.config.InputException;
import dev.secant.job.SecantVersion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The {@code secant} command. */
@Command(
    name = "secant",
    description = "Measures the geometry of neural-network optimization paths over large sweeps.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Main.Version.class,
    subcommands = {
      RunCommand.class,
      PlanCommand.class,
      StatusCommand.class,
      SqlCommand.class,
      ListCommands.Architectures.class,
      ListCommands.Datasets.class,
      ListCommands.Optimizers.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all well",
      "1:some trials failed; their rows say why",
      "2:bad input; nothing was started",
      "130:interrupted; run again to go on"
    })
public final class Main {
  static final int SOME_FAILED = 1;
  static final int BAD_INPUT = 2;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show where an error came from.")
  private boolean stacktrace;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs one command and gives its exit code. */
  static int run(String... arguments) {
    Main main = new Main();
    return new CommandLine(main)
        .setExecutionExceptionHandler((e, command, parsed) -> main.report(e))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .execute(arguments);
  }

  private int report(Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    System.err.println("secant: " + message);
    if (stacktrace) {
      e.printStackTrace();
    }
    return e instanceof InputException ? BAD_INPUT : SOME_FAILED;
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"secant " + SecantVersion.of(Main.class)};
    }
  }
}
