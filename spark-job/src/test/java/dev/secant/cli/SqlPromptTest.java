package dev.secant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlPromptTest {
  @TempDir Path temp;

  @Test
  void aStatementEndsWithASemicolonAtALinesEnd() throws IOException {
    assertThat(statements("select 1;\nselect step,\n  loss\nfrom steps;\n"))
        .containsExactly("select 1", "select step,\n  loss\nfrom steps");
  }

  @Test
  void aSemicolonInAQuotationEndsNothing() throws IOException {
    assertThat(statements("select 'a;\nb', \"it\\\"s;\n\", `c;\n`;\n"))
        .containsExactly("select 'a;\nb', \"it\\\"s;\n\", `c;\n`");
  }

  @Test
  void emptyStatementsAreNotAsked() throws IOException {
    assertThat(statements("\n;\n   \nselect '!';\n")).containsExactly("select '!'");
  }

  @Test
  void statementsAreKeptForTheNextTime() throws IOException {
    statements("select 1;\n");
    statements("select 2;\n");

    assertThat(Files.readString(temp.resolve("history")))
        .contains("select 1;")
        .contains("select 2;");
  }

  /** The statements that are asked for until the input ends. */
  private List<String> statements(String typed) throws IOException {
    List<String> statements = new ArrayList<>();
    try (Terminal terminal =
        new DumbTerminal(
            "test",
            "dumb",
            new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
            new ByteArrayOutputStream(),
            StandardCharsets.UTF_8)) {
      new SqlPrompt(terminal, temp.resolve("history")).run(statements::add);
    }
    return statements;
  }
}
