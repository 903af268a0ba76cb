package dev.secant.engine;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;

/**
 * Reads a pickle into data alone: what would name a class or a function becomes a {@link Made} that
 * only says so. Nothing that the file names is looked up or called.
 */
final class InertUnpickler extends Unpickler {
  /** Pickle protocol 4's way to name a class; TorchScript files have protocol 2. */
  private static final short STACK_GLOBAL = 0x93;

  /** An object, or the result of a function: its name, its arguments and its state. */
  static final class Made {
    private final String name;
    private final List<Object> arguments;
    private Object state = Map.of();

    private Made(String name, Object... arguments) {
      this.name = name;
      this.arguments = Arrays.asList(arguments);
    }

    String name() {
      return name;
    }

    /** The arguments may be null where Python's are None. */
    List<Object> arguments() {
      return arguments;
    }

    /** The attributes by name; empty for what has none. Values may be null. */
    Map<?, ?> state() {
      return state instanceof Map<?, ?> attributes ? attributes : Map.of();
    }
  }

  /** What stands in the file for data outside of it, such as a tensor's storage. */
  record Outside(List<Object> address) {}

  /** The name of a class or function, which the pickle then applies to arguments. */
  record Name(String name) implements IObjectConstructor {
    @Override
    public Object construct(Object[] arguments) {
      return new Made(name, arguments);
    }
  }

  @Override
  protected Object dispatch(short key) throws IOException {
    switch (key) {
      case Opcodes.GLOBAL ->
          stack.add(new Name(PickleUtils.readline(input) + "." + PickleUtils.readline(input)));
      case Opcodes.BUILD -> {
        Object state = stack.pop();
        ((Made) stack.peek()).state = state;
      }
      case STACK_GLOBAL -> throw new PickleException("not of protocol 2");
      default -> {
        return super.dispatch(key);
      }
    }
    return NO_RETURN_VALUE;
  }

  @Override
  protected Object persistentLoad(Object address) {
    return new Outside(Arrays.asList((Object[]) address));
  }
}
