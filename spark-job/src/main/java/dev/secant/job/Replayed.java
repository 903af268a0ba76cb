package dev.secant.job;

import dev.secant.table.FullBatchRecord;
import dev.secant.training.ReplayedSegment;
import java.io.Serializable;
import java.util.List;

/** What of a replayed segment its trial needs to know as a whole; its steps stay where they are. */
record Replayed(
    double drift,
    double seconds,
    double waitSeconds,
    double[] updateNorms,
    List<FullBatchRecord> fullBatch)
    implements Serializable {
  static Replayed of(ReplayedSegment segment) {
    return new Replayed(
        segment.drift(),
        segment.seconds(),
        segment.waitSeconds(),
        segment.updateNorms(),
        segment.besides().fullBatch());
  }
}
