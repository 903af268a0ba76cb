package dev.secant.engine;

import dev.secant.config.InputException;
import dev.secant.engine.InertUnpickler.Made;
import dev.secant.engine.InertUnpickler.Name;
import dev.secant.engine.InertUnpickler.Outside;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A module that {@code torch.jit.save} wrote, opened as data: its tensors by name, its submodules
 * and its code. A {@link Program} can hold it as its attribute {@code model}.
 */
public final class ModuleFile {
  private static final String TENSOR = "torch._utils._rebuild_tensor_v2";
  private static final String CODE = "code/";
  private static final Set<String> WHOLE_NUMBERS =
      Set.of(
          "torch.LongStorage",
          "torch.IntStorage",
          "torch.ShortStorage",
          "torch.CharStorage",
          "torch.ByteStorage",
          "torch.BoolStorage");
  private static final Pattern ATTRIBUTE =
      Pattern.compile(
          "^  (?:(\\w+) : |__annotations__\\[\"([^\"]+)\"\\] = )(.*)$", Pattern.MULTILINE);

  /**
   * A float32 tensor of the file; two that share their numbers are the same object.
   *
   * @param values row-major
   */
  public record Stored(List<Integer> shape, float[] values) {
    public Stored {
      shape = List.copyOf(shape);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /**
   * Where a module holds a tensor.
   *
   * @param module its submodule, as in {@link #modules()}
   * @param parameter that the file wants a gradient for; otherwise a buffer
   */
  public record Slot(String module, String attribute, boolean parameter, Stored tensor) {
    /** As in the {@code state_dict}: {@code conv1.weight}. */
    public String name() {
      return module.isEmpty() ? attribute : module + "." + attribute;
    }
  }

  /** An attribute that is a list of tensors, such as the weights of a recurrent layer. */
  public record ListSlot(String module, String attribute, List<Stored> tensors) {
    public ListSlot {
      tensors = List.copyOf(tensors);
    }
  }

  private final Path path;
  private final Map<String, byte[]> entries;
  private final Made root;
  private final Map<List<Object>, Stored> tensors = new LinkedHashMap<>();
  private final Map<Object, List<Object>> storages = new LinkedHashMap<>();
  private final Map<String, Made> modules = new LinkedHashMap<>();
  private final List<Slot> slots = new ArrayList<>();
  private final List<ListSlot> lists = new ArrayList<>();

  private ModuleFile(Path path, Map<String, byte[]> entries) throws IOException {
    this.path = path;
    this.entries = entries;
    if (!"little".equals(text("byteorder", "little").strip())) {
      throw refused("its numbers are not little-endian");
    }
    Object object = new InertUnpickler().loads(entry("data.pkl"));
    if (!(object instanceof Made module) || !module.name().startsWith("__torch__.")) {
      throw refused("it holds no module");
    }
    this.root = module;
    visit("", root);
    modules.forEach(this::addLists);
  }

  /**
   * @throws InputException where the file cannot be read or holds no TorchScript module of float32
   *     parameters; the message says why
   */
  public static ModuleFile read(Path path) {
    Map<String, byte[]> entries = new TreeMap<>();
    try (ZipFile zip = new ZipFile(path.toFile())) {
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        // All entries lie in one folder, named after the file that was saved.
        String name = entry.getName().substring(entry.getName().indexOf('/') + 1);
        entries.put(name, zip.getInputStream(entry).readAllBytes());
      }
      return new ModuleFile(path, entries);
    } catch (InputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new InputException(
          path + " is not a file that torch.jit.save wrote, or is damaged: " + e.getMessage(), e);
    }
  }

  public Path path() {
    return path;
  }

  /** The module and its submodules, such as {@code layer1.0}; the first is the empty text. */
  public List<String> modules() {
    return List.copyOf(modules.keySet());
  }

  /** The float32 parameters and buffers, a module's own before its submodules'. */
  public List<Slot> slots() {
    return List.copyOf(slots);
  }

  /** The attributes besides {@link #slots()} that hold the same tensors again. */
  public List<ListSlot> lists() {
    return List.copyOf(lists);
  }

  /** TorchScript's text of every file of code, by its name. */
  public Map<String, String> code() {
    Map<String, String> code = new TreeMap<>();
    entries.forEach(
        (name, content) -> {
          if (name.startsWith(CODE) && name.endsWith(".py")) {
            code.put(name, new String(content, StandardCharsets.UTF_8));
          }
        });
    return code;
  }

  /** The text of the module's own class. */
  public String source() {
    return source(root.name());
  }

  /** The module's class, such as {@code __torch__.Net}. */
  String className() {
    return root.name();
  }

  /** What the module needs from the archive, besides its {@code data.pkl}. */
  Map<String, byte[]> entries() {
    Map<String, byte[]> needed = new TreeMap<>(entries);
    needed
        .keySet()
        .removeIf(
            name ->
                name.equals("data.pkl")
                    || name.endsWith(".debug_pkl")
                    || name.startsWith("traced_inputs")
                    || name.startsWith("."));
    return needed;
  }

  /** The pickled module without protocol and stop, to stand inside another pickle. */
  byte[] pickled() {
    byte[] pickle = entries.get("data.pkl");
    return Arrays.copyOfRange(pickle, 2, pickle.length - 1);
  }

  private void visit(String name, Made module) {
    // A module that stands in two places is one module.
    if (modules.containsValue(module)) {
      return;
    }
    modules.put(name, module);
    String source = source(module.name());
    Set<String> parameters = names(source, "__parameters__");
    Set<String> buffers = names(source, "__buffers__");
    Set<String> held = new LinkedHashSet<>(parameters);
    held.addAll(buffers);
    for (String attribute : held) {
      if (module.state().get(attribute) instanceof Made tensor) {
        add(name, attribute, parameters.contains(attribute), tensor);
      }
    }
    Matcher attributes = ATTRIBUTE.matcher(source);
    while (attributes.find()) {
      String attribute = attributes.group(1) == null ? attributes.group(2) : attributes.group(1);
      if (module.state().get(attribute) instanceof Made child
          && child.name().startsWith("__torch__.")
          && source(child.name()).startsWith(header(child.name()))) {
        visit(name.isEmpty() ? attribute : name + "." + attribute, child);
      }
    }
  }

  private void add(String module, String attribute, boolean parameter, Made tensor) {
    String name = module.isEmpty() ? attribute : module + "." + attribute;
    if (!tensor.name().equals(TENSOR)) {
      throw refused("its tensor " + name + " is not a plain one, but " + tensor.name());
    }
    List<Object> storage = storage(tensor);
    String type = ((Name) storage.get(1)).name();
    if (!type.equals("torch.FloatStorage")) {
      if (parameter || !WHOLE_NUMBERS.contains(type)) {
        throw refused("its tensor " + name + " is not float32, but of " + type);
      }
      // Such as num_batches_tracked: stays in the module as it is.
      return;
    }
    if (!attribute.matches("[A-Za-z_]\\w*")) {
      throw refused("its tensor " + name + " has a name that no statement can set");
    }
    boolean trained = parameter && Boolean.TRUE.equals(tensor.arguments().get(4));
    slots.add(new Slot(module, attribute, trained, stored(name, storage.get(2), tensor)));
  }

  private void addLists(String module, Made made) {
    String source = source(made.name());
    Set<String> held = names(source, "__parameters__");
    held.addAll(names(source, "__buffers__"));
    for (Map.Entry<?, ?> member : made.state().entrySet()) {
      String attribute = (String) member.getKey();
      if (held.contains(attribute)) {
        continue;
      }
      List<Made> found = new ArrayList<>();
      collect(member.getValue(), found);
      if (found.stream().noneMatch(this::isKnown)) {
        continue;
      }
      if (!source.contains("\n  " + attribute + " : List[Tensor]\n")
          || !found.stream().allMatch(this::isKnown)) {
        throw refused("its attribute " + attribute + " holds a parameter or buffer a second time");
      }
      List<Stored> tensors = new ArrayList<>();
      for (Made tensor : found) {
        tensors.add(stored(attribute, storage(tensor).get(2), tensor));
      }
      lists.add(new ListSlot(module, attribute, tensors));
    }
  }

  /** The tensors inside a value that is no module. */
  private static void collect(Object value, List<Made> found) {
    if (value instanceof Made made) {
      if (made.name().equals(TENSOR)) {
        found.add(made);
      } else if (!made.name().startsWith("__torch__.")) {
        made.arguments().forEach(argument -> collect(argument, found));
      }
    } else if (value instanceof Object[] tuple) {
      Arrays.asList(tuple).forEach(member -> collect(member, found));
    } else if (value instanceof Collection<?> members) {
      members.forEach(member -> collect(member, found));
    } else if (value instanceof Map<?, ?> members) {
      collect(members.values(), found);
    }
  }

  private boolean isKnown(Made tensor) {
    return storages.containsKey(storage(tensor).get(2));
  }

  private static List<Object> storage(Made tensor) {
    return ((Outside) tensor.arguments().get(0)).address();
  }

  private Stored stored(String name, Object key, Made tensor) {
    long offset = ((Number) tensor.arguments().get(1)).longValue();
    List<Integer> shape = integers(tensor.arguments().get(2));
    List<Integer> strides = integers(tensor.arguments().get(3));
    List<Object> view = List.of(key, offset, shape, strides);
    List<Object> other = storages.putIfAbsent(key, view);
    if (other != null && !other.equals(view)) {
      throw refused("its tensor " + name + " shares a part of its numbers with another");
    }
    return tensors.computeIfAbsent(
        view, unused -> new Stored(shape, values("data/" + key, offset, shape, strides)));
  }

  private float[] values(String entry, long offset, List<Integer> shape, List<Integer> strides) {
    FloatBuffer data = ByteBuffer.wrap(entry(entry)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[shape.stream().reduce(1, Math::multiplyExact)];
    int[] index = new int[shape.size()];
    for (int i = 0; i < values.length; i++) {
      long at = offset;
      for (int dimension = 0; dimension < index.length; dimension++) {
        at += (long) index[dimension] * strides.get(dimension);
      }
      values[i] = data.get(Math.toIntExact(at));
      for (int d = index.length - 1; d >= 0 && ++index[d] == shape.get(d); d--) {
        index[d] = 0;
      }
    }
    return values;
  }

  private String source(String className) {
    int dot = className.lastIndexOf('.');
    String file = CODE + className.substring(0, dot).replace('.', '/') + ".py";
    String text = text(file, "");
    int start = text.startsWith(header(className)) ? 0 : text.indexOf("\n" + header(className)) + 1;
    if (start == 0 && !text.startsWith(header(className))) {
      return "";
    }
    Matcher end = Pattern.compile("^\\S", Pattern.MULTILINE).matcher(text);
    return text.substring(start, end.find(start + 1) ? end.start() : text.length());
  }

  private static String header(String className) {
    return "class " + className.substring(className.lastIndexOf('.') + 1) + "(Module):";
  }

  private static Set<String> names(String source, String list) {
    Set<String> names = new LinkedHashSet<>();
    Matcher line =
        Pattern.compile("^  " + list + " = \\[(.*)\\]$", Pattern.MULTILINE).matcher(source);
    if (line.find()) {
      Matcher name = Pattern.compile("\"([^\"]+)\"").matcher(line.group(1));
      while (name.find()) {
        names.add(name.group(1));
      }
    }
    return names;
  }

  private static List<Integer> integers(Object tuple) {
    List<Integer> integers = new ArrayList<>();
    for (Object integer : (Object[]) tuple) {
      integers.add(((Number) integer).intValue());
    }
    return integers;
  }

  private byte[] entry(String name) {
    byte[] content = entries.get(name);
    if (content == null) {
      throw refused("it has no " + name);
    }
    return content;
  }

  private String text(String name, String otherwise) {
    byte[] content = entries.get(name);
    return content == null ? otherwise : new String(content, StandardCharsets.UTF_8);
  }

  private InputException refused(String reason) {
    return new InputException(path + " cannot be trained: " + reason);
  }
}
