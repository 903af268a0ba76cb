package dev.secant.engine;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.file.Path;

/**
 * The switches of libtorch for the whole process that DJL does not show: those of its {@code
 * at::Context}, reached through the functions that {@code libtorch_cpu} exports, by their mangled
 * names. The engine must have started.
 */
final class TorchContext {
  private static final String CONTEXT = "_ZN2at7Context";
  private static final String CONTEXT_CONST = "_ZNK2at7Context";

  private final NativeLibrary library;
  private final Pointer context;

  private TorchContext(NativeLibrary library) {
    this.library = library;
    this.context = function("_ZN2at13globalContextEv").invokePointer(new Object[0]);
  }

  /**
   * @throws UnsatisfiedLinkError where the loaded libtorch does not export these names: another
   *     version
   */
  static TorchContext ofProcess() {
    Path file = Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName("torch_cpu"));
    return new TorchContext(NativeLibrary.getInstance(file.toString()));
  }

  /** {@code torch::cuda::device_count()}. */
  int gpus() {
    return function("_ZN5torch4cuda12device_countEv").invokeInt(new Object[0]);
  }

  /**
   * As {@code torch.use_deterministic_algorithms}: an operation that has no kernel giving the same
   * bits every time throws. New memory is not filled, which costs a pass and changes nothing that
   * is read.
   */
  void setDeterministic(boolean on) {
    set("26setDeterministicAlgorithmsEbb", on, false);
    set("39setDeterministicFillUninitializedMemoryEb", false);
    set("21setDeterministicCuDNNEb", on);
  }

  boolean deterministic() {
    return get("23deterministicAlgorithmsEv") && get("18deterministicCuDNNEv");
  }

  /** Whether an operation without such a kernel only warns. */
  boolean warnsOnly() {
    return get("31deterministicAlgorithmsWarnOnlyEv");
  }

  boolean fillsMemory() {
    return get("36deterministicFillUninitializedMemoryEv");
  }

  /** Whether cuDNN tries several kernels and takes the fastest, not always the same one. */
  void setBenchmarking(boolean on) {
    set("17setBenchmarkCuDNNEb", on);
  }

  boolean benchmarking() {
    return get("14benchmarkCuDNNEv");
  }

  /** Whether convolutions and recurrent layers on the processor use oneDNN's kernels. */
  void setOneDnn(boolean on) {
    set("20setUserEnabledMkldnnEb", on);
  }

  boolean usesOneDnn() {
    return get("17userEnabledMkldnnEv");
  }

  /**
   * Whether convolutions that oneDNN leaves may use NNPACK, which writes a warning in every call
   * where it does not know the processor.
   */
  void setNnpack(boolean on) {
    set("20setUserEnabledNNPACKEb", on);
  }

  /** Products of float32 numbers are not rounded to ten bits first. */
  void forbidTensorFloat32() {
    set("17setAllowTF32CuDNNEb", false);
    set("18setAllowTF32CuBLASEb", false);
  }

  boolean allowsTensorFloat32() {
    return get("14allowTF32CuDNNEv") || get("15allowTF32CuBLASEv");
  }

  private void set(String name, boolean... values) {
    Object[] arguments = new Object[1 + values.length];
    arguments[0] = context;
    for (int i = 0; i < values.length; i++) {
      arguments[1 + i] = values[i] ? 1 : 0;
    }
    function(CONTEXT + name).invokeVoid(arguments);
  }

  private boolean get(String name) {
    // Of the register that holds a C++ bool, only the lowest byte is defined.
    return (function(CONTEXT_CONST + name).invokeInt(new Object[] {context}) & 0xff) != 0;
  }

  private Function function(String name) {
    return library.getFunction(name);
  }
}
