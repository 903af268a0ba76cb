package dev.secant.architecture;

import dev.secant.config.InputException;
import dev.secant.config.Settings;
import dev.secant.data.Task;
import dev.secant.engine.ModuleFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A module saved by {@code torch.jit.save}, trained through the flat weight vector. Its float32
 * parameters that want a gradient are the weights, with the names of the {@code state_dict}; its
 * other float32 tensors (BatchNorm's running statistics, frozen parameters) are the buffers. It
 * starts from the numbers in the file, whatever the seed.
 *
 * @param path of the file, which every executor must be able to read
 * @param sha256 of its content, in hex digits: another file is another trial
 */
public record TorchScript(String path, String sha256) implements Architecture {
  static final String TYPE = "torchscript";

  private static final Pattern FORWARD =
      Pattern.compile("^  def forward\\(([^)]*)\\) -> (.*):$", Pattern.MULTILINE);

  static TorchScript parse(Settings settings) {
    String path = settings.text("path");
    String sha256;
    try {
      sha256 = digest(Path.of(path));
    } catch (IOException e) {
      throw settings.error("path", "is " + path + ", which cannot be read: " + e);
    }
    String expected = settings.text("sha256", sha256);
    if (!expected.equals(sha256)) {
      throw settings.error(
          "sha256", "is " + expected + ", but " + path + " has " + sha256 + ": another file");
    }
    return new TorchScript(path, sha256);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public SortedMap<String, Object> settings() {
    return new TreeMap<>(Map.of("path", path, "sha256", sha256));
  }

  @Override
  public Network network(Task task) {
    ModuleFile file = ModuleFile.read(Path.of(path));
    Optional<String> objection =
        Stream.of(signature(file), Repeatability.objection(file.code().values()))
            .flatMap(Optional::stream)
            .findFirst();
    if (objection.isPresent()) {
      throw new InputException(path + " cannot be trained: " + objection.get());
    }
    Map<ModuleFile.Stored, String> places = new LinkedHashMap<>();
    List<Layout.Entry> weights = new ArrayList<>();
    List<Layout.Entry> buffers = new ArrayList<>();
    for (ModuleFile.Slot slot : file.slots()) {
      List<Layout.Entry> entries = slot.parameter() ? weights : buffers;
      String place = (slot.parameter() ? "w[" : "b[") + entries.size() + "]";
      // A tensor that two modules share is one weight, named as where it comes first.
      if (places.putIfAbsent(slot.tensor(), place) == null) {
        float[] values = slot.tensor().values();
        Initial initial = new Initial.Computed(index -> values[index]);
        entries.add(new Layout.Entry(slot.name(), slot.tensor().shape(), initial));
      }
    }
    if (weights.isEmpty()) {
      throw new InputException(path + " cannot be trained: it has no parameters");
    }
    Layout layout = new Layout(weights);
    return new Network(
        task,
        layout,
        new Layout(buffers),
        0,
        body(file, places, task),
        "output",
        // What the code does with a weight is not known: once a sample is the least.
        layout.size(),
        Optional.of(file));
  }

  private String body(ModuleFile file, Map<ModuleFile.Stored, String> places, Task task) {
    StringBuilder body = new StringBuilder();
    Map<String, String> variables = new LinkedHashMap<>();
    for (String module : file.modules()) {
      String variable = "m" + variables.size();
      variables.put(module, variable);
      int dot = module.lastIndexOf('.');
      String owner = module.substring(0, Math.max(dot, 0));
      String value =
          module.isEmpty()
              ? "self.model"
              : "getattr(" + variables.get(owner) + ", \"" + module.substring(dot + 1) + "\")";
      body.append(variable).append(" = ").append(value).append('\n');
      body.append(variable).append(".training = training\n");
    }
    for (ModuleFile.Slot slot : file.slots()) {
      body.append(variables.get(slot.module()))
          .append('.')
          .append(slot.attribute())
          .append(" = ")
          .append(places.get(slot.tensor()))
          .append('\n');
    }
    for (ModuleFile.ListSlot list : file.lists()) {
      body.append(variables.get(list.module()))
          .append('.')
          .append(list.attribute())
          .append(" = ")
          .append(list.tensors().stream().map(places::get).toList())
          .append('\n');
    }
    List<String> shape = new ArrayList<>(List.of("torch.size(x, 0)"));
    if (task instanceof Task.Language language) {
      shape.add(Integer.toString(language.window()));
    }
    shape.add(Integer.toString(task.classes()));
    if (task instanceof Task.Segmentation image) {
      shape.add(Integer.toString(image.height()));
      shape.add(Integer.toString(image.width()));
    }
    return body
        + """
        output = (m0).forward(x, )
        expected = %s
        if torch.ne(torch.size(output), expected):
          ops.prim.RaiseException(torch.format("the TorchScript module gave an output of shape {}, but its task needs {}", torch.size(output), expected))
        else:
          pass
        """
            .formatted(shape.toString());
  }

  private static Optional<String> signature(ModuleFile file) {
    Matcher forward = FORWARD.matcher(file.source());
    if (!forward.find()) {
      return Optional.of("it has no method forward");
    }
    String[] parameters = forward.group(1).split(",");
    boolean fits =
        parameters.length >= 2
            && parameters[1].strip().endsWith(": Tensor")
            && Stream.of(parameters).skip(2).allMatch(parameter -> parameter.contains("="))
            && forward.group(2).equals("Tensor");
    return fits
        ? Optional.empty()
        : Optional.of(
            "its forward must take one tensor and give one, but is ("
                + forward.group(1).replaceAll("\\s+", " ")
                + ") -> "
                + forward.group(2));
  }

  private static String digest(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
