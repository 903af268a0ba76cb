package dev.secant.training;

import dev.secant.sweep.Measure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A process of its own, whose whole heap is resident from the start: what grows in it is native.
 * Prints by how many kB it grew: while recording 5,000 steps, while replaying 2,000, and over 40
 * trials.
 */
final class Resident {
  static final Path STATUS = Path.of("/proc/self/status");

  private Resident() {}

  public static void main(String[] args) throws IOException {
    // 12 steps an epoch.
    String json =
        TrialRunTest.trial(
                "{type: mlp, hidden: [8]}",
                "{type: shapes, train: 96, validation: 8}",
                "{type: adam, lr: 0.0001}",
                "")
            .replace("epochs: 2", "epochs: 500");
    Looks recorded = new Looks(1000, 6000);
    Looks replayed = new Looks(1000, 3000);
    MemoryStore store = new MemoryStore();
    try (TrialRun run = TrialRunTest.run(json)) {
      Recording recording = run.record(2, List.of(), store, recorded);
      run.replay(recording, Measure.STEPS, 1, store, replayed);
    }
    print("recorded", recorded.growth());
    print("replayed", replayed.growth());
    long before = 0;
    for (int i = 0; i < 50; i++) {
      if (i == 10) {
        before = kilobytes();
      }
      TrialRunTest.walk(TrialRunTest.trials().get(0), 1);
    }
    print("trials", kilobytes() - before);
  }

  private static void print(String what, long kilobytes) {
    System.out.printf(Locale.ROOT, "%s=%d%n", what, kilobytes);
  }

  private static long kilobytes() throws IOException {
    System.gc();
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  /** Looks at resident memory after one step and after another. */
  private static final class Looks implements Monitor {
    private final long first;
    private final long last;
    private long steps;
    private long atFirst;
    private long atLast = Long.MAX_VALUE;

    Looks(long first, long last) {
      this.first = first;
      this.last = last;
    }

    long growth() {
      return atLast - atFirst;
    }

    @Override
    public void stepped() {
      steps++;
      try {
        if (steps == first) {
          atFirst = kilobytes();
        } else if (steps == last) {
          atLast = kilobytes();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public boolean stopped() {
      return false;
    }
  }
}
