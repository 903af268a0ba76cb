package dev.secant.job;

import dev.secant.training.CheckpointStore;
import dev.secant.training.Monitor;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.IOException;
import java.io.Serializable;

/** How an executor walks a trial. */
public interface TrialExecution extends Serializable {
  /** See {@link dev.secant.training.TrialRun#record}. */
  Recording record(String trialJson, int segments, CheckpointStore store, Monitor monitor)
      throws IOException;

  /** See {@link dev.secant.training.TrialRun#replay}. */
  ReplayedSegment replay(
      String trialJson, Recording recording, int segment, CheckpointStore store, Monitor monitor)
      throws IOException;
}
