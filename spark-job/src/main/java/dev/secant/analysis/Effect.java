package dev.secant.analysis;

import static dev.secant.table.ColumnType.DOUBLE;
import static dev.secant.table.ColumnType.INTEGER;
import static dev.secant.table.ColumnType.TEXT;

import dev.secant.table.Column;
import dev.secant.table.ColumnType;
import dev.secant.table.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * One row of {@code effects}: a number of columns by their names, the others null. A number that is
 * NaN is null in the table.
 */
record Effect(Map<String, Object> values) {
  private static final double LEVEL_OF_DOUBT = 0.05;

  /** What a row says. */
  enum Kind {
    /** The mean of a metric at a level of a factor, or in a cell of two. */
    LEVEL,
    /** Analysis of variance: one factor, adjusted for the others. */
    MAIN,
    /** Analysis of variance: what two factors do together beyond what each does. */
    INTERACTION,
    /** Kruskal and Wallis's test of one factor by itself. */
    RANK,
    /** Pairs of trials that are equal in all but one factor. */
    CONTRAST;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static final Table TABLE =
      new Table(
          "effects",
          List.of(
              column("reference", TEXT, "which w*, as in steps"),
              column("metric", TEXT, "a column of summary"),
              column("kind", TEXT, "level, main, interaction, rank or contrast"),
              column("factor", TEXT, "a column of trials, its settings with it"),
              column("level", TEXT, "level, contrast: the level, or the one compared with"),
              column("other_factor", TEXT, "the second factor of a cell or an interaction"),
              column("other_level", TEXT, "level of that; contrast: the level that is compared"),
              column("n", INTEGER, "trials; contrast: pairs of trials"),
              column("dropped", INTEGER, "trials left out, note says why"),
              column("estimate", DOUBLE, "level: mean; contrast: mean of other_level - level"),
              column("ci_low", DOUBLE, "95 % t interval of the estimate over trials or pairs"),
              column("ci_high", DOUBLE, "its upper end"),
              column("seeds", INTEGER, "level: different seeds"),
              column("seed_ci_low", DOUBLE, "level: 95 % t interval over the means of the seeds"),
              column("seed_ci_high", DOUBLE, "its upper end"),
              column("sum_of_squares", DOUBLE, "type II"),
              column("df", INTEGER, "degrees of freedom"),
              column("df_error", INTEGER, "those of the residual"),
              column("statistic", DOUBLE, "main, interaction: F; rank: H; contrast: t"),
              column("p", DOUBLE, "of the statistic; contrast: two-sided"),
              column("p_holm", DOUBLE, "p corrected for all tests of the kind and reference"),
              column("eta_squared", DOUBLE, "share of the squares; rank: of those of the ranks"),
              column("partial_eta_squared", DOUBLE, "share of its and the residual's squares"),
              column("rank_statistic", DOUBLE, "contrast: Wilcoxon's signed ranks, smaller sum"),
              column("rank_p", DOUBLE, "of that, two-sided"),
              column("rank_p_holm", DOUBLE, "rank_p corrected likewise"),
              column("normality_p", DOUBLE, "Shapiro-Wilk, of residuals or differences"),
              column("prefer", TEXT, "anova or rank, t or wilcoxon: rank where normality_p < 0.05"),
              column("note", TEXT, "what to know before reading the row")));

  Effect {
    values = Map.copyOf(values);
  }

  static Effect of(Kind kind, String factor) {
    return new Effect(Map.of("kind", kind.text(), "factor", factor));
  }

  /** The same with one more column. */
  Effect with(String column, Object value) {
    if (TABLE.columns().stream().noneMatch(known -> known.name().equals(column))) {
      throw new IllegalArgumentException("effects has no column " + column);
    }
    Map<String, Object> more = new HashMap<>(values);
    more.put(column, value);
    return new Effect(more);
  }

  /** A number of the row; NaN where there is none. */
  double number(String column) {
    return (double) values.getOrDefault(column, Double.NaN);
  }

  Kind kind() {
    return Kind.valueOf(((String) values.get("kind")).toUpperCase(Locale.ROOT));
  }

  /** With the normality of what the test takes for normal, and the test that it speaks for. */
  Effect judged(double normality, String ifNormal, String otherwise) {
    return with("normality_p", normality)
        .with("prefer", normality < LEVEL_OF_DOUBT ? otherwise : ifNormal);
  }

  /** The values in the order of {@link #TABLE}. */
  Row row() {
    return RowFactory.create(
        TABLE.columns().stream().map(column -> orNull(values.get(column.name()))).toArray());
  }

  private static Object orNull(Object value) {
    boolean isNothing =
        value == null
            || value.equals("")
            || (value instanceof Double number && !Double.isFinite(number));
    return isNothing ? null : value;
  }

  private static Column column(String name, ColumnType type, String comment) {
    return new Column(name, type, true, comment);
  }
}
