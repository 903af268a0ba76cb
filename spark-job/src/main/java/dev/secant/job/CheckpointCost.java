package dev.secant.job;

import java.util.Map;

/** How long it takes to write a checkpoint, judged by those that a sweep has written. */
final class CheckpointCost {
  /** Until there is one: all that it takes until it lies on a disk. */
  private static final double BYTES_A_SECOND = 3e8;

  private CheckpointCost() {}

  /**
   * The seconds of one checkpoint. One that is smaller than the others' mean takes as long as they
   * did, since an object store takes its time for a file of any size; a larger one takes longer in
   * proportion.
   *
   * @param written what the tasks have counted
   * @param bytes of the checkpoint
   */
  static double seconds(Map<Count, Long> written, long bytes) {
    double files = written.get(Count.CHECKPOINTS);
    double sum = written.get(Count.CHECKPOINT_BYTES);
    if (files == 0 || sum == 0) {
      return bytes / BYTES_A_SECOND;
    }
    double seconds = written.get(Count.CHECKPOINT_NANOS) * 1e-9;
    return seconds * Math.max(1 / files, bytes / sum);
  }
}
