package dev.secant.job;

/** Into how many segments a path is cut. Nothing of it changes the path. */
final class Cuts {
  /** What checkpoints at the boundaries may take of the record pass. */
  private static final double SHARE_OF_CHECKPOINTS = 0.02;

  /** A segment that is shorter costs more to start than it saves. */
  private static final double SHORTEST_SECONDS = 1;

  /** How much of a record pass a crash may cost, as far as the checkpoints' number allows. */
  private static final double SECONDS_BETWEEN_CHECKPOINTS = 600;

  /** All of them lie on the disk until the trial is complete. */
  private static final int MOST_CHECKPOINTS = 16;

  private Cuts() {}

  /**
   * The number of segments, at least one.
   *
   * @param steps of the path
   * @param seconds that one pass is expected to take
   * @param checkpointSeconds that it takes to write one checkpoint
   * @param helping slots that are expected to be free for the replay
   */
  static int segments(long steps, double seconds, double checkpointSeconds, int helping) {
    double between = Math.ceil(seconds / SECONDS_BETWEEN_CHECKPOINTS);
    double wanted = Math.max(helping, Math.min(MOST_CHECKPOINTS, between));
    double affordable = 1 + SHARE_OF_CHECKPOINTS * seconds / checkpointSeconds;
    double worthwhile = seconds / SHORTEST_SECONDS;
    long segments = (long) Math.min(Math.min(wanted, affordable), Math.min(worthwhile, steps));
    // The same number for each of the slots, so that none waits for the others.
    return (int) Math.max(1, segments > helping ? segments - segments % helping : segments);
  }
}
