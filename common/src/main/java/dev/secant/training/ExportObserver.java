package dev.secant.training;

import dev.secant.architecture.Layout;
import dev.secant.architecture.Network;
import dev.secant.data.Batch;
import dev.secant.data.Task;
import dev.secant.engine.Scope;
import dev.secant.sweep.Trial;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes chosen steps as {@code step-<t>.safetensors}: {@code w/<name>} the weights, {@code
 * g/<name>} the raw minibatch gradient at them, {@code b/<name>} the buffers before the step,
 * {@code s/<slot>/<name>} the optimizer's state before it, {@code next/<name>} the weights after
 * it, {@code x} and {@code y} the minibatch, {@code loss} and {@code learning_rate}. A name is that
 * of PyTorch's {@code state_dict}.
 */
final class ExportObserver implements Observer {
  private final Trial trial;
  private final Network network;
  private final Set<Long> steps;
  private final Path folder;
  private List<Safetensors.Named> tensors = List.of();

  ExportObserver(Trial trial, Network network, Set<Long> steps, Path folder) {
    this.trial = trial;
    this.network = network;
    this.steps = Set.copyOf(steps);
    this.folder = folder;
  }

  @Override
  public void beforeGradient(Scope scope, State state, Batch batch) {
    if (!steps.contains(state.step())) {
      return;
    }
    if (batch.holdsCuts()) {
      throw new IllegalStateException("a run whose device cuts the samples has none to export");
    }
    tensors = new ArrayList<>();
    tensors.addAll(named("b/", network.buffers(), state.buffers().toBytes()));
    List<String> slots = trial.optimizer().slots();
    for (int i = 0; i < slots.size(); i++) {
      tensors.addAll(
          named("s/" + slots.get(i) + "/", network.weights(), state.slots().get(i).toBytes()));
    }
    Task task = batch.task();
    boolean tokens = task instanceof Task.Language;
    List<Integer> x = new ArrayList<>(List.of(batch.size()));
    x.addAll(task.inputShape());
    tensors.add(
        new Safetensors.Named(
            new Safetensors.Entry("x", tokens ? Safetensors.Type.I64 : Safetensors.Type.F32, x),
            copy(batch.inputBytes())));
    List<Integer> y = new ArrayList<>(List.of(batch.size()));
    y.addAll(task.targetShape());
    tensors.add(
        new Safetensors.Named(
            new Safetensors.Entry("y", Safetensors.Type.I64, y), copy(batch.targetBytes())));
  }

  @Override
  public void beforeUpdate(Step step) {
    if (steps.contains(step.index())) {
      tensors.addAll(named("w/", network.weights(), step.state().weights().toBytes()));
      tensors.addAll(
          named("g/", network.weights(), step.gradient().vector(step.scope()).toBytes()));
      tensors.add(number("loss", step.gradient().outcome().loss()));
      tensors.add(number("learning_rate", step.learningRate()));
    }
  }

  @Override
  public void afterUpdate(Step step) {
    if (steps.contains(step.index())) {
      tensors.addAll(named("next/", network.weights(), step.state().weights().toBytes()));
      write(
          "step-" + step.index() + ".safetensors",
          Map.of("step", Long.toString(step.index()), "epoch", Integer.toString(step.epoch())));
    }
  }

  /** Writes {@code final.safetensors}: {@code w/<name>} and {@code b/<name>} of a path's end. */
  void writeFinal(State state) {
    tensors = new ArrayList<>();
    tensors.addAll(named("w/", network.weights(), state.weights().toBytes()));
    tensors.addAll(named("b/", network.buffers(), state.buffers().toBytes()));
    write("final.safetensors", Map.of("step", Long.toString(state.step())));
  }

  private void write(String name, Map<String, String> more) {
    Map<String, String> metadata = new LinkedHashMap<>(more);
    metadata.put("trial_id", trial.id().value());
    metadata.put("trial", trial.canonicalJson());
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)), 1 << 20)) {
      Safetensors.write(out, metadata, tensors);
    } catch (IOException e) {
      throw new UncheckedIOException(folder.resolve(name) + ": cannot be written", e);
    }
    tensors = List.of();
  }

  private static List<Safetensors.Named> named(String prefix, Layout layout, ByteBuffer vector) {
    List<Safetensors.Named> named = new ArrayList<>();
    int offset = 0;
    for (Layout.Entry entry : layout.entries()) {
      int bytes = entry.size() * Float.BYTES;
      named.add(
          new Safetensors.Named(
              new Safetensors.Entry(prefix + entry.name(), Safetensors.Type.F32, entry.shape()),
              vector.slice(offset, bytes)));
      offset += bytes;
    }
    return named;
  }

  private static Safetensors.Named number(String name, double value) {
    ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putDouble(0, value);
    return new Safetensors.Named(
        new Safetensors.Entry(name, Safetensors.Type.F64, List.of(1)), bytes);
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
  }
}
