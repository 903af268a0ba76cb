package dev.secant.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.OperatingSystemMXBean;
import dev.secant.config.InputException;
import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Measure;
import dev.secant.sweep.Measure.Mode;
import dev.secant.sweep.SweepFile;
import dev.secant.sweep.Trial;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrajectoryMemoryTest {
  private static final EngineSettings CPU = new EngineSettings(EngineSettings.Device.CPU, 1, true);

  @Test
  void aReplayThatIsAskedForKeepsNoPath() {
    assertThat(TrajectoryMemory.bytes(measure(Mode.REPLAY, 1 << 20, 0), CPU)).isZero();
    assertThat(TrajectoryMemory.bytes(measure(Mode.AUTO, 1 << 20, 3), CPU)).isZero();
    assertThat(TrajectoryMemory.bytes(measure(Mode.AUTO, 1 << 20, 0), CPU)).isEqualTo(1 << 20);
    assertThat(TrajectoryMemory.bytes(measure(Mode.TRAJECTORY, 1 << 20, 3), CPU))
        .isEqualTo(1 << 20);
  }

  @Test
  void leftToItselfItLeavesHalfOfTheMachineToOthersEvenWithAHoleBesideEachGradient() {
    long machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    long besideTheHeap = machine - Runtime.getRuntime().maxMemory();
    int slots = Runtime.getRuntime().availableProcessors();

    long withHoles = 2 * TrajectoryMemory.bytes(measure(Mode.AUTO, 0, 0), CPU);

    assertThat(withHoles * slots).isBetween(besideTheHeap / 4, besideTheHeap / 2);
    EngineSettings gpu = new EngineSettings(EngineSettings.Device.GPU, 1, true);
    assertThat(TrajectoryMemory.bytes(measure(Mode.AUTO, 0, 0), gpu)).isZero();
  }

  @Test
  void aPathThatDoesNotFitIsRefusedBeforeAnythingStarts() {
    PlannedTrial trial = new PlannedTrial(trial(), 1_000_000, 2_000_000, 100, 801L << 20);
    Measure tooSmall = measure(Mode.TRAJECTORY, 800L << 20, 0);

    assertThatThrownBy(() -> TrajectoryMemory.check(List.of(trial), tooSmall, CPU))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("trial " + trial.id() + " takes 801 MiB (100 steps of 1,000,000")
        .hasMessageContaining("measure.trajectory-memory is 800 MiB");
    assertThatCode(
            () ->
                TrajectoryMemory.check(
                    List.of(trial), measure(Mode.TRAJECTORY, 801L << 20, 0), CPU))
        .doesNotThrowAnyException();
  }

  private static Trial trial() {
    return SweepFile.read(Path.of("../conf/quickstart.conf"), List.of(), Optional.empty())
        .trials()
        .get(0);
  }

  private static Measure measure(Mode mode, long memory, int segments) {
    return new Measure(
        Measure.STEPS.references(),
        Measure.Probes.NONE,
        Measure.Lags.NONE,
        0,
        0,
        mode,
        memory,
        segments,
        false);
  }
}
