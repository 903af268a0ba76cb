package dev.secant.job;

import dev.secant.geometry.GammaNull;
import dev.secant.geometry.GammaNull.Share;
import dev.secant.sweep.Reference;
import dev.secant.table.StepRecord;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What the null of gamma in one segment needs of the others: sums over the updates before and after
 * it, for each reference point.
 */
record PathNulls(List<Null> references) implements Serializable {
  /**
   * @param heads for each segment the sum up to its start
   * @param tails for each segment the sum from its end on
   */
  private record Null(String reference, Share share, double[] heads, double[] tails)
      implements Serializable {}

  static PathNulls of(Recording recording, List<Reference> references, List<Replayed> replayed) {
    List<Null> nulls = new ArrayList<>();
    for (Reference reference : references) {
      Share share = recording.share(reference);
      double[] heads = new double[replayed.size()];
      double[] tails = new double[replayed.size()];
      for (int i = 1; i < heads.length; i++) {
        heads[i] =
            GammaNull.head(
                share,
                recording.boundaries().get(i - 1),
                replayed.get(i - 1).updateNorms(),
                heads[i - 1]);
      }
      for (int i = tails.length - 2; i >= 0; i--) {
        tails[i] =
            GammaNull.tail(
                share,
                recording.boundaries().get(i + 1),
                replayed.get(i + 1).updateNorms(),
                tails[i + 1]);
      }
      nulls.add(new Null(reference.name(), share, heads, tails));
    }
    return new PathNulls(nulls);
  }

  /** The segment's steps with their nulls, one reference after another. */
  List<StepRecord> fill(ReplayedSegment segment) {
    List<StepRecord> filled = new ArrayList<>();
    for (Null one : references) {
      List<StepRecord> steps =
          segment.steps().stream().filter(step -> step.reference().equals(one.reference)).toList();
      filled.addAll(
          GammaNull.fill(
              steps, one.share, one.heads[segment.segment()], one.tails[segment.segment()]));
    }
    return filled;
  }
}
