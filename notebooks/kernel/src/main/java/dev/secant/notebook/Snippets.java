package dev.secant.notebook;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/** Runs JShell's snippets in this process and keeps the last value itself, not only its text. */
final class Snippets extends DirectExecutionControl implements ExecutionControlProvider {
  private volatile Optional<Object> value = Optional.empty();
  private volatile Optional<Thread> running = Optional.empty();

  @Override
  public String name() {
    return "secant";
  }

  @Override
  public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
    return this;
  }

  /** What the last snippet evaluated to; empty where that was nothing. */
  Optional<Object> value() {
    return value;
  }

  @Override
  protected String invoke(Method snippet) throws Exception {
    Thread thread = Thread.currentThread();
    // Spark finds lambdas of snippets through it.
    thread.setContextClassLoader(snippet.getDeclaringClass().getClassLoader());
    value = Optional.empty();
    running = Optional.of(thread);
    try {
      value = Optional.ofNullable(snippet.invoke(null));
      return value.map(Object::toString).orElse("");
    } finally {
      leave();
    }
  }

  /** An interrupt that came too late is not the next snippet's. */
  private synchronized void leave() {
    running = Optional.empty();
    Thread.interrupted();
  }

  /** Interrupts the snippet that runs, as Spark's jobs and waits of any kind heed. */
  @Override
  public synchronized void stop() {
    running.ifPresent(Thread::interrupt);
  }
}
