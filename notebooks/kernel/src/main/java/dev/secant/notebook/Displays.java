package dev.secant.notebook;

import dev.secant.analysis.TextTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.common.Image;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.internal.chartpart.Chart;

/** How values look under a cell. */
final class Displays {
  private static final int MOST_ROWS = 40;

  private Displays() {}

  static void register(Renderer renderer) {
    Image.registerAll(renderer);
    renderer
        .createRegistration(Dataset.class)
        .preferring(MIMEType.TEXT_PLAIN, MIMEType.TEXT_HTML)
        .register((rows, context) -> table(rows, context.getOutputContainer()));
    renderer
        .createRegistration(Chart.class)
        .preferring(Image.PNG)
        .register(
            (chart, context) -> {
              Image.renderImage(BitmapEncoder.getBufferedImage(chart), context);
              context.getOutputContainer().putText("chart: " + chart.getTitle());
            });
  }

  /** The first rows, as text for consoles and as HTML for pages. */
  private static void table(Dataset<?> dataset, DisplayData display) {
    Dataset<Row> frame = dataset.toDF();
    List<Row> rows = frame.takeAsList(MOST_ROWS + 1);
    TextTable table = new TextTable(Arrays.asList(frame.columns()));
    rows.stream().limit(MOST_ROWS).forEach(row -> table.add(values(row)));
    String more = rows.size() > MOST_ROWS ? "the first " + MOST_ROWS + " rows" : "";
    display.putText(table.aligned() + more);
    display.putHTML(table.html() + (more.isEmpty() ? "" : "<p>" + more + "</p>"));
  }

  private static List<Object> values(Row row) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < row.length(); i++) {
      values.add(row.get(i));
    }
    return values;
  }
}
