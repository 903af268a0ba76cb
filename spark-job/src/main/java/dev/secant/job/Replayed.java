package dev.secant.job;

import dev.secant.table.FullBatchRecord;
import java.io.Serializable;
import java.util.List;

/** What the driver needs to know of a replayed segment; its steps stay on the executors. */
record Replayed(
    double drift,
    double seconds,
    double waitSeconds,
    double[] updateNorms,
    List<FullBatchRecord> fullBatch)
    implements Serializable {}
