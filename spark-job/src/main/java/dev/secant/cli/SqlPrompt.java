package dev.secant.cli;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;

/**
 * Reads statements, each of as many lines as it needs until a semicolon at a line's end. Ctrl-C
 * drops what was typed, Ctrl-D ends.
 */
final class SqlPrompt {
  private final LineReader reader;

  /**
   * @param history a file that keeps the statements from one time to the next
   */
  SqlPrompt(Terminal terminal, Path history) {
    this.reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .parser(new Statements())
            .variable(LineReader.HISTORY_FILE, history)
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, "     -> ")
            // An exclamation mark is SQL here, not a reference to the history.
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
  }

  /** Hands each statement, without its semicolon, to {@code answer} until there are no more. */
  void run(Consumer<String> answer) {
    while (true) {
      try {
        String statement = withoutSemicolon(reader.readLine("secant> "));
        if (!statement.isEmpty()) {
          answer.accept(statement);
        }
      } catch (UserInterruptException e) {
        reader.getTerminal().writer().println("(Ctrl-D ends)");
      } catch (EndOfFileException e) {
        return;
      }
    }
  }

  private static String withoutSemicolon(String text) {
    return text.strip().replaceFirst(";$", "").strip();
  }

  /** Asks for another line until the statement is whole. */
  private static final class Statements implements Parser {
    private final Parser words = new DefaultParser().escapeChars(new char[0]);

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
      if (context == ParseContext.ACCEPT_LINE && !isWhole(line)) {
        throw new EOFError(-1, -1, "a semicolon ends a statement");
      }
      return words.parse(line, cursor, context);
    }

    private static boolean isWhole(String text) {
      String line = text.strip();
      return line.isEmpty() || (line.endsWith(";") && !endsQuoted(line));
    }

    /** Whether a quotation is still open at the end, as Spark SQL quotes. */
    private static boolean endsQuoted(String text) {
      char open = 0;
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (open == 0 && (c == '\'' || c == '"' || c == '`')) {
          open = c;
        } else if (c == open) {
          open = 0;
        } else if (c == '\\' && open != 0 && open != '`') {
          i++;
        }
      }
      return open != 0;
    }
  }
}
