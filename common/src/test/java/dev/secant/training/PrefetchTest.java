package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.data.Batch;
import dev.secant.data.Task;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrefetchTest {
  private static final Task TASK = new Task.Language(10, 1);

  private final List<Batch> rooms = Stream.generate(() -> new Batch(TASK, 1)).limit(3).toList();

  @AfterEach
  void noThreadIsLeft() throws InterruptedException {
    assertNoThreadIsLeft();
  }

  /** A thread that has done all its work may still be on its way out. */
  static void assertNoThreadIsLeft() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals(Prefetch.THREAD)) {
        thread.join(60_000);
        assertThat(thread.isAlive()).isFalse();
      }
    }
  }

  @Test
  void givesEveryBatchInOrder() {
    try (Prefetch prefetch = new Prefetch();
        Prefetch.Sequence batches = prefetch.read(rooms, 5, 105, PrefetchTest::number)) {
      for (int i = 5; i < 105; i++) {
        assertThat(batches.hasNext()).isTrue();
        assertThat(content(batches.next())).isEqualTo(i);
      }
      assertThat(batches.hasNext()).isFalse();
    }
  }

  @Test
  void readsAtMostAsManyBatchesAsThereIsRoomFor() {
    AtomicLong asked = new AtomicLong();
    AtomicBoolean tooEarly = new AtomicBoolean();
    Prefetch.Reading watching =
        (index, into) -> {
          if (index >= asked.get() + rooms.size()) {
            tooEarly.set(true);
          }
          return number(index, into);
        };
    try (Prefetch prefetch = new Prefetch();
        Prefetch.Sequence batches = prefetch.read(rooms, 0, 1000, watching)) {
      for (int i = 0; i < 1000; i++) {
        asked.set(i);
        // A batch that were read over while it is in use would be another one.
        assertThat(content(batches.next())).isEqualTo(i);
      }
    }
    assertThat(tooEarly).isFalse();
  }

  @Test
  void twoSequencesTakeTurns() {
    List<Batch> others = List.of(new Batch(TASK, 1));
    try (Prefetch prefetch = new Prefetch();
        Prefetch.Sequence path = prefetch.read(rooms, 0, 10, PrefetchTest::number)) {
      for (int i = 0; i < 10; i++) {
        Minibatches.Drawn mine = path.next();
        try (Prefetch.Sequence aside = prefetch.read(others, 100, 103, PrefetchTest::number)) {
          for (int j = 100; aside.hasNext(); j++) {
            assertThat(content(aside.next())).isEqualTo(j);
          }
        }
        assertThat(content(mine)).isEqualTo(i);
      }
    }
  }

  @Test
  void anErrorComesWhereItsBatchIsAskedFor() {
    RuntimeException damaged = new IllegalStateException("the photo is damaged");
    try (Prefetch prefetch = new Prefetch();
        Prefetch.Sequence batches = prefetch.read(rooms, 0, 10, failing(2, damaged))) {
      assertThat(content(batches.next())).isEqualTo(0);
      assertThat(content(batches.next())).isEqualTo(1);
      assertThatThrownBy(batches::next).isSameAs(damaged);
    }
    Error memory = new OutOfMemoryError("heap");
    try (Prefetch prefetch = new Prefetch();
        Prefetch.Sequence batches = prefetch.read(rooms, 0, 10, failing(0, memory))) {
      assertThatThrownBy(batches::next).isSameAs(memory);
    }
  }

  @Test
  void canBeClosedWhileEveryRoomIsFull() throws InterruptedException {
    CountDownLatch full = new CountDownLatch(rooms.size());
    try (Prefetch prefetch = new Prefetch();
        Prefetch.Sequence batches =
            prefetch.read(
                rooms,
                0,
                100,
                (index, into) -> {
                  full.countDown();
                  return number(index, into);
                })) {
      full.await();
      assertThat(batches.hasNext()).isTrue();
    }
  }

  @Test
  void anotherSequenceMayFollowOneThatIsClosedWhileItIsRead() throws InterruptedException {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicLong reads = new AtomicLong();
    try (Prefetch prefetch = new Prefetch()) {
      Prefetch.Reading slow =
          (index, into) -> {
            reads.incrementAndGet();
            reading.countDown();
            await(goOn);
            return number(index, into);
          };
      try (Prefetch.Sequence first = prefetch.read(rooms, 0, 100, slow)) {
        reading.await();
        assertThat(first.hasNext()).isTrue();
      }
      try (Prefetch.Sequence second = prefetch.read(rooms, 50, 60, PrefetchTest::number)) {
        goOn.countDown();
        for (int i = 50; i < 60; i++) {
          assertThat(content(second.next())).isEqualTo(i);
        }
      }
    }
    assertThat(reads).hasValue(1);
  }

  @Test
  void whoIsInterruptedWaitsNoLonger() {
    CountDownLatch goOn = new CountDownLatch(1);
    try (Prefetch prefetch = new Prefetch();
        Prefetch.Sequence batches =
            prefetch.read(
                rooms,
                0,
                10,
                (index, into) -> {
                  await(goOn);
                  return number(index, into);
                })) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(batches::next).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      goOn.countDown();
    }
  }

  @Test
  void countsTheTimeThatIsWaited() throws InterruptedException {
    try (Prefetch prefetch = new Prefetch()) {
      assertThat(prefetch.waitSeconds()).isZero();
      long start = System.nanoTime();
      try (Prefetch.Sequence batches = prefetch.read(rooms, 0, 10, PrefetchTest::number)) {
        while (batches.hasNext()) {
          batches.next();
        }
      }
      assertThat(prefetch.waitSeconds())
          .isPositive()
          .isLessThanOrEqualTo((System.nanoTime() - start) / 1e9);
    }
  }

  private static Minibatches.Drawn number(long index, Batch into) {
    into.tokens().put(0, index);
    return new Minibatches.Drawn(into, new long[] {index});
  }

  private static Prefetch.Reading failing(long at, Throwable error) {
    return (index, into) -> {
      if (index == at) {
        PrefetchTest.<RuntimeException>raise(error);
      }
      return number(index, into);
    };
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void raise(Throwable error) throws T {
    throw (T) error;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("the reading thread was interrupted", e);
    }
  }

  private static long content(Minibatches.Drawn drawn) {
    assertThat(drawn.seeds()).containsExactly(drawn.batch().tokens().get(0));
    return drawn.seeds()[0];
  }
}
