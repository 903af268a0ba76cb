package dev.secant.notebook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.Snippet.Status;
import jdk.jshell.Snippet.SubKind;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.SourceCodeAnalysis.Suggestion;
import jdk.jshell.UnresolvedReferenceException;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * Java cells in Jupyter, run by JShell in this process. What the last expression of a cell
 * evaluates to is shown, unless a semicolon ends it: a Dataset as a table, a chart as a picture,
 * anything else as text.
 */
public final class JavaKernel extends BaseKernel {
  private static final List<String> IMPORTS =
      List.of("java.nio.file.*", "java.util.*", "java.util.function.*", "java.util.stream.*");

  /** Kept, so that its level is: loggers that nobody holds are forgotten. */
  private static final Logger PROTOCOL = Logger.getLogger("org.dflib.jjava.jupyter");

  private final Snippets snippets = new Snippets();
  private final JShell shell = JShell.builder().executionEngine(snippets, null).build();
  private final SourceCodeAnalysis analysis = shell.sourceCodeAnalysis();

  JavaKernel() {
    Displays.register(getRenderer());
    IMPORTS.forEach(name -> shell.eval("import " + name + ";"));
  }

  /**
   * Serves one notebook until it is closed.
   *
   * @param args the connection file that Jupyter writes
   */
  public static void main(String[] args) throws Exception {
    if (args.length != 1) {
      System.err.println("secant: Jupyter starts the kernel, with its connection file");
      System.exit(2);
    }
    // Says every message otherwise.
    PROTOCOL.setLevel(Level.WARNING);
    JupyterConnection connection = connection(Path.of(args[0]));
    new JavaKernel().becomeHandlerForConnection(connection);
    connection.connect();
    connection.waitUntilClose();
    System.exit(0);
  }

  private static JupyterConnection connection(Path file) throws Exception {
    try {
      return new JupyterConnection(KernelConnectionProperties.parse(Files.readString(file)));
    } catch (IOException e) {
      throw new IOException("connection file " + file + " cannot be read", e);
    }
  }

  /** What a cell cannot go on after; its message says why. */
  static final class CellFailed extends Exception {
    private static final long serialVersionUID = 1L;

    CellFailed(String message) {
      super(message);
    }
  }

  @Override
  public DisplayData eval(String cell) throws CellFailed {
    Optional<Object> shown = Optional.empty();
    String rest = cell;
    while (!rest.isBlank()) {
      CompletionInfo next = analysis.analyzeCompletion(rest);
      String source = next.completeness().isComplete() ? next.source() : rest;
      shown = run(source) && !rest.strip().endsWith(";") ? snippets.value() : Optional.empty();
      rest = next.completeness().isComplete() ? next.remaining() : "";
    }
    return shown.map(getRenderer()::render).orElse(null);
  }

  /** Runs one snippet and says whether it is an expression. */
  private boolean run(String source) throws CellFailed {
    boolean expression = false;
    for (SnippetEvent event : shell.eval(source)) {
      if (event.causeSnippet() != null) {
        // Another one that depends on this.
        continue;
      }
      Snippet snippet = event.snippet();
      if (event.status() == Status.REJECTED) {
        throw new CellFailed(complaint(snippet));
      }
      if (event.exception() != null) {
        throw new CellFailed(complaint(event.exception()));
      }
      if (event.status() == Status.RECOVERABLE_NOT_DEFINED) {
        throw new CellFailed(missing((DeclarationSnippet) snippet));
      }
      SubKind kind = snippet.subKind();
      expression =
          kind == SubKind.TEMP_VAR_EXPRESSION_SUBKIND
              || kind == SubKind.VAR_VALUE_SUBKIND
              || kind == SubKind.OTHER_EXPRESSION_SUBKIND;
    }
    return expression;
  }

  /** What the compiler says, each with the line that it is about. */
  private String complaint(Snippet snippet) {
    List<String> lines = new ArrayList<>();
    shell
        .diagnostics(snippet)
        .forEach(
            diagnostic -> {
              String source = snippet.source();
              int at = (int) Math.min(diagnostic.getPosition(), source.length());
              int start = source.lastIndexOf('\n', at - 1) + 1;
              int end = source.indexOf('\n', at);
              lines.add(source.substring(start, end < 0 ? source.length() : end));
              lines.add(" ".repeat(at - start) + "^");
              lines.add(diagnostic.getMessage(Locale.ROOT));
            });
    return String.join("\n", lines);
  }

  private String complaint(JShellException exception) {
    if (exception instanceof EvalException thrown) {
      String type = thrown.getExceptionClassName();
      return thrown.getMessage() == null ? type : type + ": " + thrown.getMessage();
    }
    if (exception instanceof UnresolvedReferenceException unresolved) {
      return missing(unresolved.getSnippet());
    }
    return String.valueOf(exception.getMessage());
  }

  private String missing(DeclarationSnippet snippet) {
    return "not defined: "
        + shell.unresolvedDependencies(snippet).collect(Collectors.joining(", "));
  }

  @Override
  public List<String> formatError(Exception e) {
    return e instanceof CellFailed
        ? errorStyler.secondaryLines(e.getMessage())
        : super.formatError(e);
  }

  @Override
  public void interrupt() {
    shell.stop();
  }

  @Override
  public String isComplete(String cell) {
    Completeness completeness = analysis.analyzeCompletion(cell).completeness();
    return switch (completeness) {
      case COMPLETE, CONSIDERED_INCOMPLETE, EMPTY, COMPLETE_WITH_SEMI -> IS_COMPLETE_YES;
      case DEFINITELY_INCOMPLETE -> "";
      case UNKNOWN -> IS_COMPLETE_BAD;
    };
  }

  @Override
  public ReplacementOptions complete(String cell, int at) {
    int[] from = new int[1];
    List<String> words =
        analysis.completionSuggestions(cell, at, from).stream()
            .map(Suggestion::continuation)
            .distinct()
            .toList();
    return new ReplacementOptions(words, from[0], at);
  }

  @Override
  public LanguageInfo getLanguageInfo() {
    return new LanguageInfo.Builder("Java")
        .version(Runtime.version().toString())
        .mimetype("text/x-java-source")
        .fileExtension(".jshell")
        .pygments("java")
        .codemirror("text/x-java")
        .build();
  }

  @Override
  public void onShutdown(boolean isRestarting) {
    shell.close();
  }
}
