package dev.secant.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * TorchScript methods without state of their own, compiled from text and run by DJL.
 *
 * <p>The text is written as {@code torch.jit.save} writes it: function forms only ({@code
 * torch.add(x, y)}), every name annotated. A whole training step is one call, differentiated inside
 * by {@code torch.autograd.grad}: no gradient state outlives a call, and no scalar crosses into
 * native memory that a garbage collection could free.
 *
 * <p>The archive is the one of <a
 * href="https://pytorch.org/docs/stable/generated/torch.jit.save.html">torch.jit.save</a>: {@code
 * data.pkl} with one object of class {@code __torch__.secant.Net}, {@code constants.pkl} with an
 * empty tuple, and the code. A {@link ModuleFile} can be part of it: then the object has the file's
 * module as its attribute {@code model}, and the rest of the file lies beside.
 */
public final class Program implements AutoCloseable {
  private static final String HEADER =
      """
      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
      """;

  /** Pickle protocol 2: {@code __torch__.secant.Net} with the state {@code {"training": True}}. */
  private static final String OBJECT =
      "\u0080\u0002c__torch__.secant\nNet\n)\u0081}(X\b\u0000\u0000\u0000training\u0088%sub.";

  /** The state's further member {@code "model"}. */
  private static final String MODEL = "X\u0005\u0000\u0000\u0000model";

  /** Pickle protocol 2: {@code ()}. */
  private static final byte[] NO_CONSTANTS = "\u0080\u0002).".getBytes(StandardCharsets.ISO_8859_1);

  private final Model model;
  private final ParameterStore noParameters = new ParameterStore();

  private Program(Model model) {
    this.model = model;
  }

  /**
   * @param methods method definitions, indented by two spaces
   * @throws ai.djl.engine.EngineException where the text does not compile; the message shows where
   */
  public static Program compile(String methods) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("data.pkl", OBJECT.replace("%s", "").getBytes(StandardCharsets.ISO_8859_1));
    entries.put("code/__torch__/secant.py", (HEADER + methods).getBytes(StandardCharsets.UTF_8));
    entries.put("constants.pkl", NO_CONSTANTS);
    entries.put("version", "3\n".getBytes(StandardCharsets.UTF_8));
    // Without tensors of its own, it computes wherever its arguments are.
    return load(methods, entries, Device.CPU);
  }

  /**
   * A program whose methods can use a file's module, {@code self.model}. Each program has a module
   * of its own.
   *
   * @param device where the module's own tensors go, such as its constants
   * @throws ai.djl.engine.EngineException where the text or the file does not compile
   */
  public static Program compile(String methods, ModuleFile file, Device device) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    String model = MODEL + new String(file.pickled(), StandardCharsets.ISO_8859_1);
    entries.put("data.pkl", OBJECT.replace("%s", model).getBytes(StandardCharsets.ISO_8859_1));
    String header = HEADER + "  model : " + file.className() + "\n";
    entries.put("code/__torch__/secant.py", (header + methods).getBytes(StandardCharsets.UTF_8));
    file.entries().forEach(entries::putIfAbsent);
    return load(methods, entries, device);
  }

  private static Program load(String methods, Map<String, byte[]> entries, Device device) {
    Model model = Model.newInstance("program", Engine.djl(device), "PyTorch");
    try {
      model.load(new ByteArrayInputStream(archive(entries)), Map.of("mapLocation", "true"));
      // DJL makes a folder for each stream, uses it for nothing and keeps it until the process
      // ends.
      Files.deleteIfExists(model.getModelPath());
      return new Program(model);
    } catch (IOException e) {
      model.close();
      throw new UncheckedIOException(e);
    } catch (MalformedModelException e) {
      model.close();
      throw new IllegalArgumentException("program does not load:\n" + methods, e);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Runs one method; what it returns lives in {@code scope}. */
  public List<Tensor> call(Scope scope, String method, Tensor... inputs) {
    NDList list = new NDList(inputs.length + 1);
    // DJL gives the results to the first array's owner.
    list.add(scope.selector(method));
    for (Tensor input : inputs) {
      list.add(input.array());
    }
    NDList results = model.getBlock().forward(noParameters, list, true);
    return results.stream().map((NDArray array) -> new Tensor(array)).toList();
  }

  @Override
  public void close() {
    model.close();
  }

  private static byte[] archive(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        store(zip, "net/" + entry.getKey(), entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setSize(content.length);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
