package dev.secant.sweep;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * What is measured along a path besides the columns of every step; changes no path.
 *
 * @param references the points that directions are taken to, at least one
 * @param fullBatchEvery epochs from one full-batch gradient to the next; 0 for none
 * @param layersEvery steps from one look at each tensor to the next; 0 for none
 * @param mode whether a path is walked again to be measured, or kept in memory
 * @param trajectoryMemory bytes that a path kept in memory may take; 0 for a share of the machine's
 * @param segments parts that a replay is cut into; 0 where the job chooses
 * @param keepCheckpoints whether {@code step-0} and {@code final} stay when the trial is complete
 */
public record Measure(
    List<Reference> references,
    Probes probes,
    Lags lags,
    int fullBatchEvery,
    int layersEvery,
    Mode mode,
    long trajectoryMemory,
    int segments,
    boolean keepCheckpoints)
    implements Serializable {
  /** How a path is measured; the numbers are the same. */
  public enum Mode {
    /** Kept in memory where it fits, walked again elsewhere. */
    AUTO,
    /** Walked again. */
    REPLAY,
    /** Kept in memory. */
    TRAJECTORY;

    /** As in a sweep's file and in the tables. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The columns of every step alone, towards the final weights. */
  public static final Measure STEPS =
      new Measure(
          List.of(new Reference.Final()), Probes.NONE, Lags.NONE, 0, 0, Mode.AUTO, 0, 0, false);

  public Measure {
    references = List.copyOf(references);
  }

  /**
   * @param batches fixed minibatches; 0 for none
   * @param every steps from one look to the next
   */
  public record Probes(int batches, int every) implements Serializable {
    public static final Probes NONE = new Probes(0, 1);
  }

  /**
   * @param lags steps between two gradients that are compared; none for no comparison
   * @param every steps from one earlier gradient to the next; more than the largest lag
   */
  public record Lags(List<Integer> lags, int every) implements Serializable {
    public static final Lags NONE = new Lags(List.of(), 1);

    public Lags {
      lags = List.copyOf(lags);
    }

    public int largest() {
      return lags.stream().mapToInt(lag -> lag).max().orElse(0);
    }
  }
}
