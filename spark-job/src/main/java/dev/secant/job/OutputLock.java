package dev.secant.job;

import dev.secant.config.InputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Keeps a second driver out of an output, on any file system and without comparing two clocks. Each
 * driver that wants in writes a file of its own, {@code _lock/<uuid>}, and then looks whether there
 * is another; who finds one takes its own away and is refused. Where two come at the same moment,
 * both may be.
 *
 * <p>The file says host, process, the process's start, and how often it was written: again every
 * few seconds. Whether a process of this machine lives, the machine says. Of another one, it is
 * watched whether the number grows; a lock whose number does not was left by a crash, and goes.
 */
final class OutputLock implements AutoCloseable {
  /**
   * @param refresh how often a lock is written anew
   * @param watch how long another's lock may stay the same until it counts as left by a crash
   */
  record Pace(Duration refresh, Duration watch) {
    /** An object store may answer late: a few times in a row, not for a minute. */
    static final Pace USUAL = new Pace(Duration.ofSeconds(10), Duration.ofSeconds(60));
  }

  /** The folder of the lock that a run holds. */
  static final String OF_A_RUN = "_lock";

  private final FileSystem files;
  private final Path folder;
  private final String id;
  private final Runnable onLoss;
  private final ScheduledExecutorService refresher;
  private long count;

  private OutputLock(FileSystem files, Path folder, Runnable onLoss) {
    this.files = files;
    this.folder = folder;
    this.id = UUID.randomUUID().toString();
    this.onLoss = onLoss;
    this.refresher = Ticker.named("secant-lock");
  }

  /**
   * Takes the lock of a run, and with it makes sure that the output can be written.
   *
   * @param onLoss what to do when another driver has taken it over, which happens to a process that
   *     was stopped for a minute; called by a thread of the lock's own
   * @throws InputException where it cannot be written, or another driver writes to it
   */
  static OutputLock take(Output output, Runnable onLoss) {
    return take(output, OF_A_RUN, Pace.USUAL, onLoss);
  }

  static OutputLock take(Output output) {
    return take(output, OF_A_RUN);
  }

  /** The same for what is written under a lock of its own, in moments. */
  static OutputLock take(Output output, String name) {
    return take(output, name, Pace.USUAL, () -> {});
  }

  static OutputLock take(Output output, String name, Pace pace, Runnable onLoss) {
    FileSystem files = output.files();
    Path folder = new Path(output.root(), name);
    try {
      for (Map.Entry<String, Holder> held : holders(files, folder).entrySet()) {
        if (lives(files, folder, held.getKey(), held.getValue(), pace)) {
          throw inUse(output, held.getValue());
        }
        remove(files, folder, held.getKey());
      }
      OutputLock lock = new OutputLock(files, folder, onLoss);
      try {
        lock.write();
        for (Map.Entry<String, Holder> held : holders(files, folder).entrySet()) {
          if (!held.getKey().equals(lock.id)) {
            throw inUse(output, held.getValue());
          }
        }
        lock.refreshEvery(pace.refresh);
        return lock;
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new InputException(
          "output " + output.root() + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static InputException inUse(Output output, Holder holder) {
    return new InputException(
        "output "
            + output.root()
            + " is being written by another run ("
            + holder
            + "); wait for it, or choose another --output");
  }

  /** Who holds the lock, a live process; empty where nobody does. */
  static Optional<String> holder(Output output, String name) throws IOException {
    return holder(output, name, Pace.USUAL);
  }

  static Optional<String> holder(Output output, String name, Pace pace) throws IOException {
    Path folder = new Path(output.root(), name);
    for (Map.Entry<String, Holder> held : holders(output.files(), folder).entrySet()) {
      if (lives(output.files(), folder, held.getKey(), held.getValue(), pace)) {
        return Optional.of(held.getValue().toString());
      }
    }
    return Optional.empty();
  }

  /**
   * What a lock's file says.
   *
   * @param machine what tells machines, and containers on one, apart where their names do not;
   *     empty where that is not known
   * @param text all of it, which is different each time it is written
   */
  private record Holder(String host, String pid, String start, String machine, String text) {
    static Holder parse(String text) {
      String[] parts = text.strip().split(" ");
      return parts.length < 3
          ? new Holder("", "", "", "", text)
          : new Holder(parts[0], parts[1], parts[2], parts.length > 4 ? parts[4] : "", text);
    }

    static Holder me(long count) {
      ProcessHandle process = ProcessHandle.current();
      String machine = ownMachine();
      String text =
          String.join(
              " ",
              hostName(),
              Long.toString(process.pid()),
              startOf(process),
              Long.toString(count),
              machine);
      return parse(text);
    }

    boolean isOfThisMachine() {
      return host.equals(hostName()) && (machine.isEmpty() || machine.equals(ownMachine()));
    }

    boolean isProcessHere() {
      return pid.matches("\\d{1,18}")
          && ProcessHandle.of(Long.parseLong(pid))
              .filter(process -> start.equals(startOf(process)))
              .isPresent();
    }

    @Override
    public String toString() {
      return host.isEmpty() ? "which is starting" : "process " + pid + " on " + host;
    }
  }

  /** The locks by id. One that is just being written may have nothing but a file under way. */
  private static Map<String, Holder> holders(FileSystem files, Path folder) throws IOException {
    Map<String, Holder> holders = new TreeMap<>();
    try {
      for (FileStatus file : files.listStatus(folder)) {
        String name = file.getPath().getName();
        if (WholeFile.isUnderWay(name)) {
          holders.putIfAbsent(name.substring(1, name.indexOf('.')), Holder.parse(name));
        } else {
          read(files, file.getPath()).ifPresent(text -> holders.put(name, Holder.parse(text)));
        }
      }
    } catch (FileNotFoundException e) {
      return Map.of();
    }
    return holders;
  }

  private static Optional<String> read(FileSystem files, Path file) throws IOException {
    try (var in = files.open(file)) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  private static boolean lives(FileSystem files, Path folder, String id, Holder holder, Pace pace)
      throws IOException {
    if (holder.isOfThisMachine()) {
      return holder.isProcessHere();
    }
    System.err.printf(
        "secant: %s was being written by %s; watching for up to %d s whether it still is%n",
        folder.getParent(), holder, pace.watch.toSeconds());
    long poll = Math.min(pace.refresh.toNanos() / 4, TimeUnit.SECONDS.toNanos(1));
    long end = System.nanoTime() + pace.watch.toNanos();
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(poll);
      if (Thread.interrupted()) {
        throw new IOException("interrupted while it was watched");
      }
      Holder now = holders(files, folder).get(id);
      if (now == null) {
        return false;
      }
      if (!now.text.equals(holder.text)) {
        return true;
      }
    }
    return false;
  }

  /** Removes a lock and what it had under way. */
  private static void remove(FileSystem files, Path folder, String id) throws IOException {
    try {
      for (FileStatus file : files.listStatus(folder)) {
        String name = file.getPath().getName();
        if (name.equals(id) || name.startsWith("_" + id + ".")) {
          files.delete(file.getPath(), false);
        }
      }
    } catch (FileNotFoundException e) {
      // Somebody else was faster.
    }
  }

  private void refreshEvery(Duration pause) {
    refresher.scheduleWithFixedDelay(
        this::refresh, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void refresh() {
    try {
      if (!files.exists(new Path(folder, id))) {
        refresher.shutdown();
        onLoss.run();
        return;
      }
      write();
    } catch (IOException e) {
      // The next attempt is seconds away; an output that is gone for good fails the trials.
    }
  }

  private synchronized void write() throws IOException {
    if (!refresher.isShutdown()) {
      byte[] text = Holder.me(++count).text.getBytes(StandardCharsets.UTF_8);
      WholeFile.write(files, new Path(folder, id), out -> out.write(text));
    }
  }

  private static String startOf(ProcessHandle process) {
    return process.info().startInstant().map(Object::toString).orElse("-");
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /**
   * This boot of the kernel and the container's processes, where Linux says: machines made from one
   * image have one name, and containers on one machine may have its name.
   */
  private static String ownMachine() {
    try {
      String boot =
          Files.readString(java.nio.file.Path.of("/proc/sys/kernel/random/boot_id")).strip();
      return boot
          + ":"
          + Files.readSymbolicLink(java.nio.file.Path.of("/proc/self/ns/pid")).toString();
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      refresher.shutdownNow();
    }
    try {
      remove(files, folder, id);
      // Goes only where it is empty.
      files.delete(folder, false);
    } catch (IOException e) {
      // A lock left behind is recognised by its process, which is about to be gone.
    }
  }
}
