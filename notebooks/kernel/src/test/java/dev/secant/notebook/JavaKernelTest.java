package dev.secant.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.common.Image;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JavaKernelTest {
  private final JavaKernel kernel = new JavaKernel();

  @AfterEach
  void close() {
    kernel.onShutdown(false);
  }

  @Test
  void theLastExpressionIsShown() throws Exception {
    assertThat(text(kernel.eval("int x = 6;\nint twice(int y) { return 2 * y; }\ntwice(x) + 1")))
        .isEqualTo("13");
    assertThat(text(kernel.eval("List.of(x, x)"))).isEqualTo("[6, 6]");
  }

  @Test
  void whatASemicolonEndsIsNot() throws Exception {
    assertThat(kernel.eval("1 + 1;")).isNull();
    assertThat(kernel.eval("var x = 1")).isNull();
    assertThat(kernel.eval("  \n")).isNull();
  }

  @Test
  void whatTheCompilerRefusesSaysWhere() {
    assertThatThrownBy(() -> kernel.eval("int a = 1;\nint b = nothing + 1;\nint c = 2;"))
        .isInstanceOf(JavaKernel.CellFailed.class)
        .hasMessageContaining("int b = nothing + 1;\n        ^\n")
        .hasMessageContaining("cannot find symbol");
    assertThatThrownBy(() -> kernel.eval("int d = (1;"))
        .isInstanceOf(JavaKernel.CellFailed.class)
        .hasMessageContaining("')' expected");
  }

  @Test
  void whatIsDefinedLaterIsMissedOnlyWhenItIsCalled() throws Exception {
    kernel.eval("int later() { return missing(); }");
    assertThatThrownBy(() -> kernel.eval("later()"))
        .isInstanceOf(JavaKernel.CellFailed.class)
        .hasMessage("not defined: method missing()");
    kernel.eval("int missing() { return 4; }");
    assertThat(text(kernel.eval("later()"))).isEqualTo("4");
    assertThatThrownBy(() -> kernel.eval("Missing what;"))
        .isInstanceOf(JavaKernel.CellFailed.class)
        .hasMessage("not defined: class Missing");
  }

  @Test
  void whatIsThrownEndsTheCell() throws Exception {
    assertThatThrownBy(() -> kernel.eval("int seen = 0;\nInteger.parseInt(\"seven\");\nseen = 1;"))
        .isInstanceOf(JavaKernel.CellFailed.class)
        .hasMessage("java.lang.NumberFormatException: For input string: \"seven\"");
    assertThat(text(kernel.eval("seen"))).isEqualTo("0");
  }

  @Test
  void aDatasetIsATableAndTakesLambdas() throws Exception {
    kernel.eval(
        """
        import org.apache.spark.api.java.function.MapFunction;
        import org.apache.spark.sql.*;
        var spark = SparkSession.builder().master("local[1]").config("spark.ui.enabled", false).getOrCreate();
        int factor = 3;
        """);
    try {
      DisplayData some = kernel.eval("spark.sql(\"select 1 as a, '<b>' as b, null as c\")");
      assertThat(text(some)).isEqualTo("a  b    c\n1  <b>  -\n");
      assertThat((String) some.getData(MIMEType.TEXT_HTML))
          .contains("<th>a</th>", "<td align=\"right\">1</td>", "<td>&lt;b&gt;</td>");

      DisplayData mapped =
          kernel.eval(
              "spark.range(50).map((MapFunction<Long, Long>) n -> factor * n, Encoders.LONG())");
      assertThat(text(mapped).lines().toList())
          .hasSize(42)
          .contains("  117")
          .doesNotContain("  120")
          .last()
          .isEqualTo("the first 40 rows");
    } finally {
      kernel.eval("spark.stop();");
    }
  }

  @Test
  void aChartIsAPicture() throws Exception {
    DisplayData chart =
        kernel.eval(
            """
            var chart = new org.knowm.xchart.XYChartBuilder().title("t").build();
            chart.addSeries("y", new double[] {0, 1}, new double[] {2, 3});
            chart
            """);
    assertThat(chart.hasDataForType(Image.PNG)).isTrue();
    assertThat(text(chart)).isEqualTo("chart: t");
  }

  @Test
  void anInterruptEndsWhatWaits() throws Exception {
    FutureTask<DisplayData> cell =
        new FutureTask<>(() -> kernel.eval("new java.util.concurrent.CountDownLatch(1).await();"));
    Thread thread = new Thread(cell);
    thread.start();

    // Before the snippet has started there is nothing to interrupt.
    while (!cell.isDone()) {
      kernel.interrupt();
      thread.join(20);
    }

    assertThatThrownBy(cell::get)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("java.lang.InterruptedException");
    assertThat(text(kernel.eval("1 + 1"))).isEqualTo("2");
  }

  @Test
  void completesWhatIsTyped() {
    String cell = "\"text\".toUpper";
    assertThat(kernel.complete(cell, cell.length()).getReplacements()).contains("toUpperCase(");
    assertThat(kernel.isComplete("int f() {")).isEmpty();
  }

  private static String text(DisplayData display) {
    return (String) display.getData(MIMEType.TEXT_PLAIN);
  }
}
