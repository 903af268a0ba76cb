package dev.secant.training;

import dev.secant.data.Dataset;
import dev.secant.sweep.Measure;
import dev.secant.sweep.Trial;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A process of its own, whose whole heap is resident from the start: what grows in it is native.
 * Prints by how many kB it grew: while recording 5,000 steps, while replaying 2,000, and over 40
 * trials; or, told {@code kept}, over three trials whose paths are kept, and what one path takes.
 */
final class Resident {
  static final Path STATUS = Path.of("/proc/self/status");

  private Resident() {}

  public static void main(String[] args) throws IOException {
    if (List.of(args).contains("kept")) {
      keepPaths();
    } else {
      walkPaths();
    }
  }

  private static void keepPaths() throws IOException {
    // 12 steps an epoch.
    String json =
        TrialRunTest.trial(
                "{type: mlp, hidden: [768, 512, 384]}",
                "{type: shapes, train: 96, validation: 8}",
                "{type: momentum, lr: 0.0001}",
                "")
            .replace("epochs: 2", "epochs: 5");
    Trial trial = Trials.parse(json);
    Dataset dataset = trial.dataset().load(Path.of("."));
    long bytes =
        TrialRun.trajectoryBytes(
            TrialRun.steps(trial, dataset), trial.architecture().network(dataset.task()));
    try (TrialRun run = TrialRunTest.run(json)) {
      run.whole(Measure.STEPS, 0, new MemoryStore(), Monitor.NONE);
      long before = kilobytes();
      for (int i = 0; i < 3; i++) {
        run.whole(Measure.STEPS, bytes, new MemoryStore(), Monitor.NONE);
      }
      print("kept", kilobytes() - before);
    }
    print("path", bytes / 1024);
  }

  private static void walkPaths() throws IOException {
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
