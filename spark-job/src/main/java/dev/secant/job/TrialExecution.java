package dev.secant.job;

import dev.secant.training.CheckpointStore;
import dev.secant.training.Monitor;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.IOException;
import java.io.Serializable;

/**
 * How a task walks a path. Both methods are functions of their arguments and of what lies in the
 * store, so a task that was lost can be run again anywhere.
 */
public interface TrialExecution extends Serializable {
  /** Walks the path, from the last whole checkpoint in the store where there is one. */
  Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
      throws IOException;

  /** Walks one segment of a recorded path again and measures it. */
  ReplayedSegment replay(
      TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor)
      throws IOException;
}
