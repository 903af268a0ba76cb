package dev.secant.cli;

import dev.secant.config.InputException;
import dev.secant.fetch.Fetch;
import dev.secant.fetch.FetchException;
import dev.secant.fetch.Publication;
import dev.secant.fetch.Publications;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "data",
    description = "Brings published datasets onto this machine.",
    subcommands = DataCommand.FetchCommand.class)
final class DataCommand {

  @Command(
      name = "fetch",
      description = {
        "Downloads a dataset from where it is published, checks it, and puts it where its reader"
            + " expects it. Goes on where an earlier download was cut off; does nothing where the"
            + " dataset is there already."
      },
      exitCodeList = {
        "0:the dataset is there",
        "1:the download failed; run again to go on with it",
        "2:bad input, or a dataset that needs a sign-up; nothing was started"
      })
  static final class FetchCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(
        paramLabel = "NAME",
        completionCandidates = Names.class,
        description = "one of: ${COMPLETION-CANDIDATES}")
    private String name;

    @Option(
        names = "--to",
        paramLabel = "DIR",
        defaultValue = "${env:SECANT_DATA:-data}",
        description = "the data root (default: $SECANT_DATA, or data where it is not set)")
    private Path to;

    @Override
    public Integer call() throws InterruptedException {
      SortedMap<String, Publication> publications = Publications.all();
      Publication publication = publications.get(name);
      if (publication == null) {
        throw new InputException(
            "no dataset "
                + name
                + " to fetch; there are: "
                + String.join(", ", publications.keySet()));
      }
      PrintWriter out = spec.commandLine().getOut();
      Fetch fetch =
          new Fetch(
              to,
              line -> {
                out.println(line);
                out.flush();
              });
      try {
        fetch.fetch(name, publication);
      } catch (FetchException e) {
        spec.commandLine().getErr().println("secant: " + e.getMessage());
        return Main.FAILED;
      }
      return 0;
    }
  }

  private static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Publications.all().keySet().iterator();
    }
  }
}
