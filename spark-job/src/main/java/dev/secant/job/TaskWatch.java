package dev.secant.job;

import dev.secant.training.CheckpointStore;
import dev.secant.training.Monitor;
import dev.secant.training.Recording;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Looks on while a task walks a path: counts, and writes what happens into the log. As long as it
 * is open, each line that the task's thread writes has {@code trial_id}, {@code pass} and, where
 * the task replays one, {@code segment} in its context.
 */
final class TaskWatch implements Monitor, AutoCloseable {
  static final String TRIAL = "trial_id";
  private static final String PASS = "pass";
  private static final String SEGMENT = "segment";
  private static final Logger LOG = LoggerFactory.getLogger(TaskWatch.class);
  private static final double SECOND = 1e9;

  private final Counts counts;
  private final BooleanSupplier stopped;
  private Pass pass;
  private long recorded;

  private TaskWatch(String trialId, Pass pass, Counts counts, BooleanSupplier stopped) {
    this.counts = counts;
    this.stopped = stopped;
    this.pass = pass;
    MDC.put(TRIAL, trialId);
    MDC.put(PASS, pass.text());
  }

  /** Of a task that records a path, and may measure it then. */
  static TaskWatch ofPath(String trialId, Counts counts, BooleanSupplier stopped) {
    return new TaskWatch(trialId, Pass.RECORD, counts, stopped);
  }

  /** Of a task that replays a segment. */
  static TaskWatch ofSegment(String trialId, int segment, Counts counts, BooleanSupplier stopped) {
    TaskWatch watch = new TaskWatch(trialId, Pass.REPLAY, counts, stopped);
    MDC.put(SEGMENT, Integer.toString(segment));
    return watch;
  }

  @Override
  public void begins(Pass begun, long step) {
    pass = begun;
    MDC.put(PASS, begun.text());
    LOG.info("{} begins at step {}", begun.text(), step);
    if (begun == Pass.RECORD) {
      counts.add(Count.RECORDED, step - recorded);
      recorded = step;
    }
  }

  @Override
  public void stepped() {
    counts.add(Count.STEPS, 1);
    if (pass == Pass.RECORD) {
      counts.add(Count.RECORDED, 1);
      recorded++;
    } else {
      counts.add(Count.REPLAYED, 1);
    }
  }

  @Override
  public boolean stopped() {
    return stopped.getAsBoolean();
  }

  /** Notes that a path is recorded. */
  void recorded(Recording recording) {
    LOG.info("recorded {} steps in {} s", recording.steps(), recording.seconds());
    counts.add(Count.RECORD_NANOS, nanos(recording.seconds()));
    counts.add(Count.WAIT_NANOS, nanos(recording.waitSeconds()));
  }

  /** Notes that a segment is measured. */
  void replayed(Replayed segment) {
    LOG.info(
        "replayed {} steps in {} s, drift {}",
        segment.updateNorms().length,
        segment.seconds(),
        segment.drift());
    counts.add(Count.REPLAY_NANOS, nanos(segment.seconds()));
    counts.add(Count.WAIT_NANOS, nanos(segment.waitSeconds()));
  }

  /** The outcome as it is, noted where it is a failure. */
  <T> TaskOutcome<T> ended(TaskOutcome<T> outcome) {
    if (outcome instanceof TaskOutcome.Failed<T> failed) {
      LOG.warn("failed, {}: {}", failed.failure().category(), failed.failure().trace().strip());
    }
    return outcome;
  }

  private static long nanos(double seconds) {
    return Math.round(seconds * SECOND);
  }

  /** The same store, but that what is written to it is counted. */
  CheckpointStore counting(CheckpointStore store) {
    return new Counting(store);
  }

  private final class Counting implements CheckpointStore {
    private final CheckpointStore store;

    Counting(CheckpointStore store) {
      this.store = store;
    }

    @Override
    public void write(String name, Body body) throws IOException {
      long start = System.nanoTime();
      long[] size = {0};
      store.write(
          name,
          out -> {
            Sized sized = new Sized(out);
            body.writeTo(sized);
            size[0] = sized.size;
          });
      long nanos = System.nanoTime() - start;
      counts.add(Count.CHECKPOINTS, 1);
      counts.add(Count.CHECKPOINT_NANOS, nanos);
      counts.add(Count.CHECKPOINT_BYTES, size[0]);
      LOG.info("wrote {}: {} bytes in {} ms", name, size[0], nanos / 1_000_000);
    }

    @Override
    public Optional<InputStream> open(String name) throws IOException {
      return store.open(name);
    }

    @Override
    public CheckpointStore ofTrial(String trialId) {
      return store.ofTrial(trialId);
    }
  }

  /** Knows how many bytes went through. */
  private static final class Sized extends FilterOutputStream {
    private long size;

    Sized(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
      size++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      size += length;
    }
  }

  @Override
  public void close() {
    MDC.remove(TRIAL);
    MDC.remove(PASS);
    MDC.remove(SEGMENT);
  }
}
