package dev.secant.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExportTest {
  @TempDir Path temp;

  static Stream<String> trials() {
    return TrialRunTest.trials().stream();
  }

  /** What is exported is the recorded path itself: its checkpoints, to the bit. */
  @ParameterizedTest
  @MethodSource("trials")
  void stepsAreThoseOfTheRecordedPath(String json) throws IOException {
    TrialRunTest.Walked walked = TrialRunTest.walk(json, 4);
    long end = walked.recording().steps();
    long boundary = walked.recording().boundaries().get(1);
    try (TrialRun run = TrialRunTest.run(json)) {
      run.export(
          Set.of(0L, boundary - 1, boundary, end - 1), end, new MemoryStore(), temp, Monitor.NONE);
    }

    Map<String, Safetensors.Named> checkpoint =
        Safetensors.read(walked.store().open("step-" + boundary + ".safetensors").orElseThrow());
    Map<String, Safetensors.Named> last =
        Safetensors.read(walked.store().open("final.safetensors").orElseThrow());
    same("w/", file("step-" + boundary), checkpoint);
    same("b/", file("step-" + boundary), checkpoint);
    same("next/", file("step-" + (boundary - 1)), checkpoint);
    same("next/", file("step-" + (end - 1)), last);
    same("w/", file("final"), last);
    same("b/", file("final"), last);
    try (Stream<Path> files = Files.list(temp)) {
      assertThat(files).hasSize(5);
    }
  }

  @Test
  void aStepHoldsAllThatPyTorchNeeds() throws IOException {
    String json = TrialRunTest.trials().get(1);
    TrialRunTest.Walked walked = TrialRunTest.walk(json, 1);
    try (TrialRun run = TrialRunTest.run(json)) {
      run.export(Set.of(3L), walked.recording().steps(), walked.store(), temp, Monitor.NONE);
    }

    Map<String, Safetensors.Named> step = file("step-3");
    Set<String> names = new TreeSet<>();
    for (String name : new String[] {"fc1.weight", "fc1.bias", "fc3.bias"}) {
      for (String prefix : new String[] {"w/", "g/", "next/", "s/exp_avg/", "s/exp_avg_sq/"}) {
        names.add(prefix + name);
      }
    }
    assertThat(step.keySet()).containsAll(names).contains("x", "y");
    assertThat(step.get("x").entry().shape()).containsExactly(8, 3, 32, 32);
    assertThat(step.get("y").entry().shape()).containsExactly(8);
    assertThat(step.get("loss").data().getDouble(0))
        .isEqualTo(walked.steps().get(3).measure("loss"));
    assertThat(step.get("learning_rate").data().getDouble(0)).isEqualTo(0.001);
    try (InputStream in = Files.newInputStream(temp.resolve("step-3.safetensors"))) {
      assertThat(Safetensors.Header.read(in).metadata())
          .containsEntry("step", "3")
          .containsEntry("trial", Trials.parse(json).canonicalJson())
          .containsEntry("trial_id", Trials.parse(json).id().value());
    }
  }

  private Map<String, Safetensors.Named> file(String name) throws IOException {
    try (InputStream in =
        new BufferedInputStream(Files.newInputStream(temp.resolve(name + ".safetensors")))) {
      return Safetensors.read(in);
    }
  }

  private static void same(
      String prefix,
      Map<String, Safetensors.Named> exported,
      Map<String, Safetensors.Named> checkpoint) {
    Map<String, Safetensors.Named> expected = new TreeMap<>();
    exported.forEach(
        (name, tensor) -> {
          if (name.startsWith(prefix)) {
            expected.put(name.substring(prefix.length()), tensor);
          }
        });
    expected.forEach(
        (name, tensor) ->
            assertThat(tensor.data()).as(name).isEqualTo(checkpoint.get(name).data()));
  }
}
