package dev.secant.training;

import dev.secant.architecture.Layout;
import dev.secant.config.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Tensors by their {@code state_dict} names, as PyTorch, a checkpoint or an export of Secant has
 * saved them: {@code name}, {@code w/name} or {@code b/name}.
 */
final class NamedWeights {
  private final String source;
  private final Map<String, Safetensors.Named> tensors;

  private NamedWeights(String source, Map<String, Safetensors.Named> tensors) {
    this.source = source;
    this.tensors = tensors;
  }

  /**
   * Reads a safetensors file.
   *
   * @throws InputException where it is none
   */
  static NamedWeights read(Path file) {
    try {
      return new NamedWeights(file.toString(), Safetensors.read(file));
    } catch (FileSystemException e) {
      throw new InputException(file + ": cannot be read: " + e, e);
    } catch (IOException e) {
      throw new InputException(file + ": is no whole safetensors file: " + e.getMessage(), e);
    }
  }

  /**
   * @param source names the file in messages
   */
  static NamedWeights read(InputStream in, String source) {
    try {
      return new NamedWeights(source, Safetensors.read(in));
    } catch (IOException e) {
      throw new InputException(source + ": is no whole safetensors file: " + e.getMessage(), e);
    }
  }

  /**
   * Writes every tensor of a layout into a flat vector.
   *
   * @throws InputException where one is missing or has another shape; the message names them
   */
  void fill(Layout layout, float[] vector) {
    List<String> wrong = fillWhatIsThere(layout, vector);
    if (!wrong.isEmpty()) {
      throw new InputException(
          source
              + ": does not hold this network's weights: "
              + String.join(", ", wrong.subList(0, Math.min(5, wrong.size())))
              + (wrong.size() > 5 ? " and " + (wrong.size() - 5) + " more" : ""));
    }
  }

  /** As {@link #fill}, but leaves what is missing as it was, and says what that is. */
  List<String> fillWhatIsThere(Layout layout, float[] vector) {
    List<String> wrong = new ArrayList<>();
    int offset = 0;
    for (Layout.Entry entry : layout.entries()) {
      Safetensors.Named tensor = find(entry.name());
      if (tensor == null) {
        wrong.add(entry.name() + " is not there");
      } else if (!tensor.entry().shape().equals(entry.shape())) {
        wrong.add(
            entry.name() + " has shape " + tensor.entry().shape() + " instead of " + entry.shape());
      } else if (!copy(tensor, vector, offset, entry.size())) {
        wrong.add(entry.name() + " is " + tensor.entry().type() + " instead of F32");
      }
      offset += entry.size();
    }
    return wrong;
  }

  private Safetensors.Named find(String name) {
    for (String prefix : List.of("", "w/", "b/")) {
      if (tensors.containsKey(prefix + name)) {
        return tensors.get(prefix + name);
      }
    }
    return null;
  }

  private static boolean copy(Safetensors.Named tensor, float[] vector, int offset, int size) {
    ByteBuffer data = tensor.data().duplicate().order(tensor.data().order());
    switch (tensor.entry().type()) {
      case F32 -> data.asFloatBuffer().get(vector, offset, size);
      case F64 -> {
        for (int i = 0; i < size; i++) {
          vector[offset + i] = (float) data.getDouble();
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }
}
