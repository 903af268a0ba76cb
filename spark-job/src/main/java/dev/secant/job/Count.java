package dev.secant.job;

/** What the tasks of a sweep count where they work. */
enum Count {
  /** Steps that were made, of both passes. */
  STEPS("steps"),
  /** Where record passes stand: steps that were made, or found made in a checkpoint. */
  RECORDED("recorded"),
  /** Steps that were measured. */
  REPLAYED("replayed"),
  /** Nanoseconds of record passes that ended. */
  RECORD_NANOS("record-nanos"),
  /** Nanoseconds of measuring that ended. */
  REPLAY_NANOS("replay-nanos"),
  /** Nanoseconds of both, spent waiting for samples. */
  WAIT_NANOS("wait-nanos"),
  /** Files that were written: checkpoints and what lies beside them. */
  CHECKPOINTS("checkpoints"),
  /** Nanoseconds of writing these. */
  CHECKPOINT_NANOS("checkpoint-nanos"),
  /** Bytes of these. */
  CHECKPOINT_BYTES("checkpoint-bytes");

  private final String text;

  Count(String text) {
    this.text = text;
  }

  /** The name of its accumulator. */
  String accumulator() {
    return "secant." + text;
  }
}
