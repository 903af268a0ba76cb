package dev.secant.cli;

import dev.secant.config.InputException;
import dev.secant.job.SweepStopped;
import dev.secant.job.Versions;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line. */
@Command(
    name = "secant",
    description = "Measures the geometry of neural-network optimization paths over sweeps.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Main.Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all well",
      "1:some trials failed (their rows say why), or an internal error",
      "2:bad input; nothing was started",
      "130:interrupted, or the output or the cluster was lost; run again to go on"
    },
    subcommands = {
      RunCommand.class,
      PlanCommand.class,
      StatusCommand.class,
      AnalyzeCommand.class,
      ReportCommand.class,
      SqlCommand.class,
      CompactCommand.class,
      ExportCommand.class,
      PrescribeCommand.class,
      DataCommand.class,
      BenchCommand.class,
      ListCommands.Architectures.class,
      ListCommands.Datasets.class,
      ListCommands.Optimizers.class
    })
public final class Main {
  static final int FAILED = 1;
  static final int BAD_INPUT = 2;
  static final int INTERRUPTED = 130;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "show where an error came from")
  private boolean stacktrace;

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs one command and returns its exit code. */
  static int execute(String... args) {
    return commandLine().execute(args);
  }

  static CommandLine commandLine() {
    Main main = new Main();
    return new CommandLine(main)
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (error, command, parsed) -> main.explain(error, command.getErr()));
  }

  boolean stacktrace() {
    return stacktrace;
  }

  private int explain(Exception error, PrintWriter err) {
    if (stacktrace) {
      error.printStackTrace(err);
    }
    if (error instanceof InputException) {
      err.println("secant: " + error.getMessage());
      return BAD_INPUT;
    }
    if (error instanceof SweepStopped) {
      err.println("secant: " + error.getMessage());
      return INTERRUPTED;
    }
    if (error instanceof InterruptedException) {
      // The run says so itself when it is told to stop.
      return INTERRUPTED;
    }
    err.println(
        "secant: internal error: " + error + (stacktrace ? "" : " (--stacktrace says more)"));
    return FAILED;
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      Versions versions = Versions.read();
      return new String[] {
        "secant " + versions.secant(),
        "DJL " + versions.djl() + ", PyTorch " + versions.pytorch(),
        "Java " + Runtime.version()
      };
    }
  }
}
