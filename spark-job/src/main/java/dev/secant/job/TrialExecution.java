package dev.secant.job;

import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Measure;
import dev.secant.training.CheckpointStore;
import dev.secant.training.MeasuredPath;
import dev.secant.training.Monitor;
import dev.secant.training.Recording;
import dev.secant.training.ReplayedSegment;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How a task walks a path. Every method is a function of its arguments and of what lies in the
 * store, so a task that was lost can be run again anywhere.
 */
public interface TrialExecution extends Serializable {
  /**
   * Asked in a task before any trial begins.
   *
   * @throws dev.secant.config.InputException where this executor could not walk any path
   */
  default void ready(EngineSettings engine) {}

  /** Walks the path, from the last whole checkpoint in the store where there is one. */
  Recording record(TrialTask task, int segments, CheckpointStore store, Monitor monitor)
      throws IOException;

  /** Walks one segment of a recorded path again and measures it. */
  ReplayedSegment replay(
      TrialTask task, Recording recording, int segment, CheckpointStore store, Monitor monitor)
      throws IOException;

  /** Walks and measures a path in one go, for a trial that is one task. */
  default MeasuredPath whole(TrialTask task, CheckpointStore store, Monitor monitor)
      throws IOException {
    Recording recording = record(task, 1, store, monitor);
    // More than one where an earlier run, which was stopped, had begun to cut the path.
    List<ReplayedSegment> segments = new ArrayList<>();
    for (int segment = 0; segment < recording.segments(); segment++) {
      segments.add(replay(task, recording, segment, store, monitor));
    }
    return new MeasuredPath(recording, segments, Measure.Mode.REPLAY);
  }
}
