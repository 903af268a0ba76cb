package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.config.InputException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputLockTest {
  /** Quick enough that nobody waits for it. */
  private static final OutputLock.Pace QUICK =
      new OutputLock.Pace(Duration.ofMillis(20), Duration.ofMillis(300));

  /** As a lock that was written by a process of another machine. */
  private static final String ELSEWHERE = "far-away 17 2026-01-01T00:00:00Z %d another-boot";

  @TempDir Path temp;
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  @Test
  void leavesNothingBehind() {
    take().close();

    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void aSecondDriverIsRefusedAndTheFirstKeepsTheLock() {
    try (OutputLock lock = take()) {
      assertThat(lock).isNotNull();
      assertRefused("process " + ProcessHandle.current().pid() + " on ");
      assertRefused("process " + ProcessHandle.current().pid() + " on ");
    }

    take().close();
  }

  @Test
  void aProcessOfThisMachineHoldsItForAsLongAsItLives() throws Exception {
    Process process = new ProcessBuilder("sleep", "600").start();
    open.add(process::destroyForcibly);
    String start = process.info().startInstant().orElseThrow().toString();
    // The file's time says nothing: clocks jump.
    Path file = write("one", "%s %d %s 1".formatted(host(), process.pid(), start));
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("1990-01-01T00:00:00Z")));
    assertRefused("process " + process.pid() + " on " + host());

    process.destroyForcibly().waitFor();
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2090-01-01T00:00:00Z")));

    take().close();
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void anotherProcessOfTheSameNumberIsAnother() throws IOException {
    write("one", host() + " " + ProcessHandle.current().pid() + " 2020-01-01T00:00:00Z 1");

    take().close();
  }

  @Test
  void aLockOfAnotherMachineHoldsAsLongAsItsNumberGrows() throws Exception {
    AtomicBoolean lives = new AtomicBoolean(true);
    CountDownLatch written = new CountDownLatch(1);
    Thread other =
        new Thread(
            () -> {
              for (int count = 1; lives.get(); count++) {
                write("one", ELSEWHERE.formatted(count));
                written.countDown();
                Thread.onSpinWait();
              }
            });
    other.start();
    written.await();
    try {
      assertRefused("process 17 on far-away");
      assertThat(OutputLock.holder(output(), OutputLock.OF_A_RUN, QUICK))
          .contains("process 17 on far-away");
    } finally {
      lives.set(false);
      other.join();
    }

    assertThat(OutputLock.holder(output(), OutputLock.OF_A_RUN, QUICK)).isEmpty();
    take().close();
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void aMachineOfTheSameNameIsAnotherMachine() throws IOException {
    // Here, there is no such process; of a machine made from the same image, nobody can say.
    write("one", host() + " 999999999 2020-01-01T00:00:00Z 1 another-boot");
    long start = System.nanoTime();

    take().close();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(QUICK.watch());
  }

  @Test
  void aLockThatWasNeverWrittenWholeIsTakenOver() throws IOException {
    write("_0f0f0f0f-0000-4000-8000-000000000000.0a0a0a0a-0000-4000-8000-000000000000", "");

    take().close();
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void atMostOneOfManyGetsIt() throws Exception {
    int drivers = 8;
    AtomicInteger holders = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(drivers);
    open.add(pool::shutdownNow);
    for (int round = 0; round < 10; round++) {
      CountDownLatch begin = new CountDownLatch(1);
      CountDownLatch tried = new CountDownLatch(drivers);
      List<Future<?>> all = new ArrayList<>();
      for (int driver = 0; driver < drivers; driver++) {
        all.add(
            pool.submit(
                () -> {
                  begin.await();
                  try (OutputLock lock = take()) {
                    assertThat(lock).isNotNull();
                    most.accumulateAndGet(holders.incrementAndGet(), Math::max);
                    tried.countDown();
                    tried.await();
                    holders.decrementAndGet();
                  } catch (InputException refused) {
                    tried.countDown();
                    assertThat(refused).hasMessageContaining("output");
                  }
                  return null;
                }));
      }
      begin.countDown();
      for (Future<?> one : all) {
        one.get();
      }
      take().close();
    }
    assertThat(most).hasValueLessThanOrEqualTo(1);
  }

  @Test
  void whoLosesTheLockIsTold() throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    try (OutputLock lock = OutputLock.take(output(), OutputLock.OF_A_RUN, QUICK, lost::countDown)) {
      assertThat(lock).isNotNull();
      List<Path> files;
      try (Stream<Path> all = Files.list(temp.resolve("_lock"))) {
        files = all.toList();
      }
      for (Path file : files) {
        // May be renamed at this moment; then it comes back once more.
        while (lost.getCount() > 0) {
          Files.deleteIfExists(file);
          Thread.onSpinWait();
        }
      }
      lost.await();
    }
    assertThat(temp).isEmptyDirectory();
  }

  private void assertRefused(String holder) {
    assertThatThrownBy(this::take)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is being written by another run (" + holder)
        .hasMessageContaining("wait for it, or choose another --output");
  }

  private OutputLock take() {
    return OutputLock.take(output(), OutputLock.OF_A_RUN, QUICK, () -> {});
  }

  private Output output() {
    return new Output(temp.toString(), new Configuration());
  }

  private static String host() throws IOException {
    return InetAddress.getLocalHost().getHostName();
  }

  private Path write(String name, String text) {
    try {
      Path part = Files.createTempFile("lock", "");
      Files.writeString(part, text);
      return Files.move(
          part,
          Files.createDirectories(temp.resolve("_lock")).resolve(name),
          java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
