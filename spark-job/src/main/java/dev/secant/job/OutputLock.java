package dev.secant.job;

import dev.secant.config.InputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Keeps a second driver out of an output. The file {@code _lock} names host, process and its start;
 * it is written anew every half minute. A lock whose process is gone, or, on another host, that is
 * older than three minutes, was left by a crash and is taken over.
 */
final class OutputLock implements AutoCloseable {
  private static final Duration REFRESH = Duration.ofSeconds(30);
  private static final Duration STALE = Duration.ofMinutes(3);

  private final FileSystem files;
  private final Path file;
  private final ScheduledExecutorService refresher;

  private OutputLock(FileSystem files, Path file) {
    this.files = files;
    this.file = file;
    this.refresher =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "secant-lock");
              thread.setDaemon(true);
              return thread;
            });
    refresher.scheduleAtFixedRate(
        this::refresh, REFRESH.toSeconds(), REFRESH.toSeconds(), TimeUnit.SECONDS);
  }

  /**
   * Takes the lock, and with it makes sure that the output can be written.
   *
   * @throws InputException where it cannot be written, or another driver writes to it
   */
  static OutputLock take(Output output) {
    return take(output, "_lock");
  }

  /** The same for what is written under a lock of its own. */
  static OutputLock take(Output output, String name) {
    FileSystem files = output.files();
    Path file = new Path(output.root(), name);
    try {
      Optional<String> held = holder(files, file);
      if (held.isPresent()) {
        throw new InputException(
            "output "
                + output.root()
                + " is being written by another run ("
                + held.get()
                + "); wait for it, or choose another --output");
      }
      if (!files.mkdirs(output.root())) {
        throw new IOException("the folder cannot be created");
      }
      files.delete(file, false);
      write(files, file, false);
      return new OutputLock(files, file);
    } catch (FileAlreadyExistsException e) {
      throw new InputException("output " + output.root() + " is taken: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new InputException(
          "output " + output.root() + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** Who holds the lock; empty where nobody does. */
  static Optional<String> holder(FileSystem files, Path file) throws IOException {
    String text;
    long written;
    try (var in = files.open(file)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      written = files.getFileStatus(file).getModificationTime();
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
    String[] parts = text.strip().split(" ");
    if (parts.length == 3 && parts[0].equals(host())) {
      boolean alive =
          ProcessHandle.of(Long.parseLong(parts[1]))
              .filter(process -> parts[2].equals(start(process)))
              .isPresent();
      return alive ? Optional.of("process " + parts[1] + " on " + parts[0]) : Optional.empty();
    }
    boolean fresh = System.currentTimeMillis() - written < STALE.toMillis();
    return fresh ? Optional.of(text.strip()) : Optional.empty();
  }

  private void refresh() {
    try {
      write(files, file, true);
    } catch (IOException e) {
      // The next attempt is half a minute away; an output that is gone for good fails the trials.
    }
  }

  private static void write(FileSystem files, Path file, boolean again) throws IOException {
    ProcessHandle me = ProcessHandle.current();
    try (OutputStream out = files.create(file, again)) {
      out.write((host() + " " + me.pid() + " " + start(me)).getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String start(ProcessHandle process) {
    return process.info().startInstant().map(Object::toString).orElse("-");
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  @Override
  public void close() {
    refresher.shutdownNow();
    try {
      files.delete(file, false);
    } catch (IOException e) {
      // A lock left behind is recognised by its process, which is about to be gone.
    }
  }
}
