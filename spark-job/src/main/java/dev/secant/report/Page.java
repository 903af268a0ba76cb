package dev.secant.report;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The page: a template with the chart library and the data written into it. */
final class Page {
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

  private Page() {}

  /**
   * @param json as {@link Json} writes it
   */
  static String of(String title, String json) {
    Map<String, String> parts = Map.of("title", escaped(title), "echarts", echarts(), "data", json);
    // One pass over the template alone: what is filled in is never looked at again.
    Matcher places = PLACE.matcher(resource("/dev/secant/report/report.html"));
    StringBuilder page = new StringBuilder();
    while (places.find()) {
      places.appendReplacement(page, Matcher.quoteReplacement(parts.get(places.group(1))));
    }
    return places.appendTail(page).toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** The script of the WebJar, whose folder is named by its version. */
  private static String echarts() {
    Properties properties = new Properties();
    try {
      properties.load(
          new StringReader(resource("/META-INF/maven/org.webjars/echarts/pom.properties")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return resource(
        "/META-INF/resources/webjars/echarts/%s/echarts.min.js"
            .formatted(properties.getProperty("version")));
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException("no " + name + " on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
