package dev.secant.training;

import dev.secant.data.Batch;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Reads batches on a thread of its own, some steps before they are needed, so that a step finds its
 * batch ready. What is in a batch does not depend on when it is read.
 *
 * <p>To be used by one thread, which closes it in the end.
 */
final class Prefetch implements AutoCloseable {
  static final String THREAD = "secant-prefetch";

  /** Reads one batch of a sequence; called on the reading thread, in order. */
  interface Reading {
    Minibatches.Drawn read(long index, Batch into);
  }

  private final ExecutorService reader = Executors.newSingleThreadExecutor(Prefetch::thread);
  private long waitedNanos;

  /**
   * Begins to read a sequence of batches.
   *
   * @param rooms what to read into: as many batches as may exist at once, the one in use among
   *     them; no other sequence may be using them
   */
  Sequence read(List<Batch> rooms, long from, long until, Reading reading) {
    return new Sequence(rooms, from, until, reading);
  }

  /** How long batches were waited for, over all sequences. */
  double waitSeconds() {
    return waitedNanos / 1e9;
  }

  /** Ends the thread, after the batch that it may be reading. */
  @Override
  public void close() {
    reader.shutdown();
    try {
      reader.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, THREAD);
    thread.setDaemon(true);
    return thread;
  }

  /** Batches in order. Closing it early drops what was read ahead. */
  final class Sequence implements AutoCloseable {
    private final Queue<Batch> idle;
    private final Queue<Future<Minibatches.Drawn>> ahead = new ArrayDeque<>();
    private final long until;
    private final Reading reading;
    private long index;

    private Sequence(List<Batch> rooms, long from, long until, Reading reading) {
      this.idle = new ArrayDeque<>(rooms);
      this.index = from;
      this.until = until;
      this.reading = reading;
      readAhead();
    }

    boolean hasNext() {
      return !ahead.isEmpty() || index < until;
    }

    /**
     * The next batch, which stays as it is until the one after it is asked for.
     *
     * @throws CancellationException where this thread is interrupted while it waits
     * @throws RuntimeException that reading this batch has thrown
     */
    Minibatches.Drawn next() {
      readAhead();
      long start = System.nanoTime();
      try {
        Minibatches.Drawn drawn = ahead.remove().get();
        idle.add(drawn.batch());
        return drawn;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted while waiting for data");
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        // Reading has no checked exceptions.
        throw (RuntimeException) e.getCause();
      } finally {
        waitedNanos += System.nanoTime() - start;
      }
    }

    private void readAhead() {
      while (!idle.isEmpty() && index < until) {
        Batch room = idle.remove();
        long next = index++;
        ahead.add(reader.submit(() -> reading.read(next, room)));
      }
    }

    /** A batch that is being read is read to its end, before anything that is read later. */
    @Override
    public void close() {
      ahead.forEach(batch -> batch.cancel(false));
      ahead.clear();
      index = until;
    }
  }
}
