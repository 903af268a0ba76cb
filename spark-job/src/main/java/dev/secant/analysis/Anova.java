package dev.secant.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.commons.math3.special.Beta;
import org.apache.commons.math3.stat.StatUtils;

/**
 * Analysis of variance of a design that may be unbalanced, have empty cells or confound factors:
 * sums of squares of type II (each term adjusted for all terms that do not contain it; Langsrud,
 * Statistics and Computing 13, 2003), with the residual of the whole model as error.
 *
 * <p>The model has all factors and all two-way interactions; where that leaves no residual, the
 * factors alone. A term has as many degrees of freedom as it adds dimensions to the others.
 */
final class Anova {
  /** Squares this small beside those of the numbers that they come from are rounding. */
  private static final double ROUNDING = 1e-26;

  /** What is tested: one factor's index, or two for an interaction. */
  record Term(List<Integer> factors) {
    private boolean contains(Term other) {
      return factors.containsAll(other.factors);
    }
  }

  /**
   * @param df degrees of freedom; 0 where the term cannot be told from the others
   * @param squares sum of squares
   * @param f NaN, as {@code p} and {@code partialEtaSquared}, where there is nothing to test or no
   *     error to compare with
   * @param etaSquared share of all squares; NaN where the values are all equal
   */
  record Test(
      Term term,
      int df,
      double squares,
      double f,
      double p,
      double etaSquared,
      double partialEtaSquared) {}

  /** The model without a term and those that contain it, then the term from a dimension on. */
  private record Adjusted(Subspace space, int from) {}

  private final List<Factor> factors;
  private final int trials;
  private final List<Term> terms;
  private final Subspace model;
  private final Map<Term, Adjusted> adjusted = new HashMap<>();

  /** Of factors of which each has a level for each trial. */
  Anova(List<Factor> factors, int trials) {
    this.factors = List.copyOf(factors);
    this.trials = trials;
    List<Term> mains = new ArrayList<>();
    List<Term> all = new ArrayList<>();
    for (int i = 0; i < factors.size(); i++) {
      mains.add(new Term(List.of(i)));
    }
    all.addAll(mains);
    for (int i = 0; i < factors.size(); i++) {
      for (int j = i + 1; j < factors.size(); j++) {
        all.add(new Term(List.of(i, j)));
      }
    }
    Subspace whole = span(all, term -> true);
    this.terms = whole.dimension() < trials ? all : mains;
    this.model = whole.dimension() < trials ? whole : span(mains, term -> true);
    for (Term term : terms) {
      Subspace space = span(terms, other -> !other.contains(term));
      int from = space.dimension();
      add(term, space);
      adjusted.put(term, new Adjusted(space, from));
    }
  }

  boolean hasInteractions() {
    return terms.size() > factors.size();
  }

  int residualDf() {
    return trials - model.dimension();
  }

  /** The degrees of freedom that a term has in a full design. */
  int nominalDf(Term term) {
    return term.factors().stream()
        .mapToInt(i -> factors.get(i).occurring() - 1)
        .reduce(1, (a, b) -> a * b);
  }

  double[] residuals(double[] values) {
    return model.rest(centred(values));
  }

  /** Whether the model leaves nothing of the values, but for rounding. */
  boolean explainsAll(double[] values) {
    return isRounding(squares(residuals(values)), squares(values));
  }

  /** Whether there is nothing to explain. */
  static boolean areEqual(double[] values) {
    return isRounding(squares(centred(values)), squares(values));
  }

  /** Tests each term of the model; one value a trial. */
  List<Test> tests(double[] values) {
    double[] centred = centred(values);
    double total = areEqual(values) ? Double.NaN : squares(centred);
    double error = explainsAll(values) ? Double.NaN : squares(residuals(values));
    List<Test> tests = new ArrayList<>();
    for (Term term : terms) {
      Adjusted own = adjusted.get(term);
      int df = own.space().dimension() - own.from();
      double squares = own.space().squares(centred, own.from());
      double f = df == 0 ? Double.NaN : squares / df / (error / residualDf());
      tests.add(
          new Test(
              term,
              df,
              squares,
              f,
              Double.isNaN(f) ? Double.NaN : upperTail(f, df, residualDf()),
              df == 0 ? Double.NaN : squares / total,
              df == 0 ? Double.NaN : squares / (squares + error)));
    }
    return tests;
  }

  /** P(F > f), also where that is far below the rounding of 1 - P(F <= f). */
  private static double upperTail(double f, double df, double residualDf) {
    return Beta.regularizedBeta(residualDf / (residualDf + df * f), residualDf / 2, df / 2);
  }

  /** Whether a sum of squares is no more than the rounding of the numbers that it is from. */
  static boolean isRounding(double squares, double squaresOfNumbers) {
    return squares <= ROUNDING * squaresOfNumbers;
  }

  private static double squares(double[] values) {
    return StatUtils.sumSq(values);
  }

  private static double[] centred(double[] values) {
    double mean = StatUtils.mean(values);
    return Arrays.stream(values).map(value -> value - mean).toArray();
  }

  private Subspace span(List<Term> among, Predicate<Term> which) {
    Subspace space = new Subspace();
    double[] ones = new double[trials];
    Arrays.fill(ones, 1);
    space.add(ones);
    among.stream().filter(which).forEach(term -> add(term, space));
    return space;
  }

  /** Adds the indicators of the term's cells that occur, until the space is full. */
  private void add(Term term, Subspace space) {
    Map<List<Integer>, double[]> cells = new HashMap<>();
    List<double[]> inOrder = new ArrayList<>();
    for (int trial = 0; trial < trials; trial++) {
      int at = trial;
      List<Integer> cell =
          term.factors().stream().map(i -> factors.get(i).levelOf().get(at)).toList();
      double[] indicator =
          cells.computeIfAbsent(
              cell,
              unused -> {
                inOrder.add(new double[trials]);
                return inOrder.get(inOrder.size() - 1);
              });
      indicator[trial] = 1;
    }
    for (double[] indicator : inOrder) {
      if (space.dimension() < trials) {
        space.add(indicator);
      }
    }
  }
}
