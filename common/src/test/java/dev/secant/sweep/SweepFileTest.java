package dev.secant.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.architecture.Architectures;
import dev.secant.config.InputException;
import dev.secant.data.DataRoot;
import dev.secant.data.Datasets;
import dev.secant.optimizer.Adam;
import dev.secant.optimizer.Schedules;
import dev.secant.optimizer.Sgd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepFileTest {
  @TempDir Path folder;

  @Test
  void everyKeyOfTheReferenceIsReadAndHasADefault() throws IOException {
    // Reading refuses keys that nobody asked for, those of reference.conf too.
    Sweep sweep = read("");

    assertThat(sweep.name()).isEqualTo("sweep");
    assertThat(sweep.output()).isEqualTo("out/sweep");
    assertThat(sweep.measure())
        .isEqualTo(
            new Measure(
                List.of(new Reference.Final()),
                new Measure.Probes(10, 100),
                new Measure.Lags(List.of(1, 2, 5, 10, 20, 50), 51),
                1,
                50,
                Measure.Mode.AUTO,
                0,
                0,
                false));
    assertThat(sweep.engine()).isEqualTo(new EngineSettings(EngineSettings.Device.AUTO, 1, true));
    assertThat(sweep.run())
        .isEqualTo(new RunSettings(Optional.empty(), Optional.of(Duration.ofMinutes(10))));
    assertThat(sweep.trials()).hasSize(1);
    Trial trial = sweep.trials().get(0);
    assertThat(trial.architecture().type()).isEqualTo("mlp");
    assertThat(trial.dataset().type()).isEqualTo("shapes");
    assertThat(trial.batchSize()).isEqualTo(64);
    assertThat(trial.optimizer()).isEqualTo(new Sgd(0.05, 0, false));
    assertThat(trial.seeds()).isEqualTo(Seeds.of(0));
    assertThat(trial.epochs()).isEqualTo(4);
    assertThat(trial.schedule()).isEqualTo(new Schedules.Constant());
    assertThat(trial.weightDecay()).isZero();
    assertThat(trial.clipNorm()).isEmpty();
    assertThat(trial.maxLoss()).isEqualTo(1e4);
  }

  @Test
  void everyKeyCanBeSet() throws IOException {
    Sweep sweep =
        read(
            """
            name = mine
            grid { batch-size = 8, seed = {init: 1, order: 2, noise: 3} }
            train { epochs = 2, weight-decay = 1e-6, schedule = {type: cosine, warmup-epochs: 1}
                    clip-norm = 0.5, max-loss = 100 }
            measure { mode = replay, trajectory-memory = 2GiB, segments = 3, keep-checkpoints = on, lags = off }
            engine {
              device = cpu, threads = 2, deterministic = false, gpu-from = 1000, image-memory = 2 MiB
            }
            data { root = somewhere }
            run { time-limit = 90 minutes, executor-timeout = none }
            """);

    assertThat(sweep.output()).isEqualTo("out/mine");
    assertThat(sweep.measure())
        .isEqualTo(
            new Measure(
                List.of(new Reference.Final()),
                new Measure.Probes(10, 100),
                Measure.Lags.NONE,
                1,
                50,
                Measure.Mode.REPLAY,
                2L << 30,
                3,
                true));
    assertThat(sweep.engine())
        .isEqualTo(new EngineSettings(EngineSettings.Device.CPU, 2, false, 1000, 2L << 20));
    assertThat(sweep.dataRoot()).isEqualTo(new DataRoot("somewhere", "auto"));
    assertThat(sweep.run())
        .isEqualTo(new RunSettings(Optional.of(Duration.ofMinutes(90)), Optional.empty()));
    Trial trial = sweep.trials().get(0);
    assertThat(trial.seeds()).isEqualTo(new Seeds(1, 2, 3));
    assertThat(trial.schedule()).isEqualTo(new Schedules.Cosine(1, 0));
    assertThat(trial.clipNorm()).isEqualTo(OptionalDouble.of(0.5));
    assertThat(trial.weightDecay()).isEqualTo(1e-6);
  }

  @Test
  void aGridIsACrossProductWithoutItsExclusionsAndDuplicates() throws IOException {
    Sweep sweep =
        read(
            """
            grid {
              architecture = [mlp, {type: mlp, hidden: [512, 512]}, {type: mlp, hidden: [8]}]
              batch-size = [32, 128]
              optimizer = [{type: sgd, momentum: 0.9, lr: 0.1}, {type: momentum, lr: 0.1}, adam]
              seed = [0, 1, 2]
            }
            exclude = [
              {architecture: {type: mlp, hidden: [8]}, batch-size: 128}
              {optimizer: momentum, seed: [1, 2]}
            ]
            """);

    // Two networks, two batch sizes, two optimizers, three seeds: 24. The first rule takes 6, the
    // second 2 of each of the three remaining (network, batch size) pairs.
    assertThat(sweep.trials()).hasSize(24 - 6 - 6).doesNotHaveDuplicates();
    assertThat(sweep.trials()).filteredOn(t -> t.optimizer().type().equals("momentum")).hasSize(3);
  }

  @Test
  void joinedGridsTakeWhatTheyLeaveOutFromTheGridAndMayTrainDifferently() throws IOException {
    Sweep sweep =
        read(
            """
            grid { seed = [0, 1] }
            train { epochs = 3, max-loss = 50 }
            grids = [
              { batch-size = [16, 32] }
              { batch-size = [64], optimizer = [adam], train { epochs = 7 } }
            ]
            """);

    assertThat(sweep.trials()).extracting(Trial::batchSize).containsExactly(16, 16, 32, 32, 64, 64);
    assertThat(sweep.trials()).extracting(Trial::epochs).containsExactly(3, 3, 3, 3, 7, 7);
    assertThat(sweep.trials()).allSatisfy(trial -> assertThat(trial.maxLoss()).isEqualTo(50));
    assertThat(sweep.trials().get(5).optimizer()).isInstanceOf(Adam.class);
  }

  @Test
  void theLearningRateScalesWithTheBatchSize() throws IOException {
    Sweep sweep =
        read(
            """
            grid {
              batch-size = [64, 256]
              optimizer = [
                {type: sgd, lr: {base: 0.005, scale: sqrt, at: 64}}
                {type: sgd, lr: {base: 0.003, scale: linear, at: 64}}
                {type: sgd, lr: {base: 0.002, scale: none}}
                {type: sgd, lr: 1e6}
              ]
            }
            """);

    assertThat(sweep.trials())
        .extracting(trial -> trial.optimizer().learningRate())
        .containsExactly(0.005, 0.003, 0.002, 1e6, 0.01, 0.012, 0.002, 1e6);
  }

  @Test
  void anIdDoesNotDependOnOrderNamesOrDefaultsSpelledOut() throws IOException {
    Trial plain = read("").trials().get(0);
    Trial spelled =
        read("""
                name = other
                output = elsewhere
                measure { segments = 9 }
                run { time-limit = 1 hour }
                train { max-loss = 10000, weight-decay = 0.0, epochs = 4 }
                grid { optimizer = [{nesterov: false, lr: 0.050, momentum: 0, type: sgd}] }
                """)
            .trials()
            .get(0);

    assertThat(spelled).isEqualTo(plain);
    assertThat(spelled.id()).isEqualTo(plain.id());
    assertThat(read("grid.seed = [1]").trials().get(0).id()).isNotEqualTo(plain.id());
  }

  @Test
  void aTrialSurvivesItsJson() throws IOException {
    Sweep sweep =
        read(
            """
            grid { optimizer = [sgd, momentum, nesterov, {type: adam, lr: 0.1234567}], seed = [-3] }
            grids = [
              { train { schedule = {type: step, at-epochs: [2, 1]}, clip-norm = 1 } }
              { train { schedule = {type: step, every-epochs: 2} } }
              { train { schedule = {type: linear, final-factor: 0.1} } }
            ]
            """);

    assertThat(sweep.trials()).hasSize(12);
    assertThat(sweep.trials())
        .allSatisfy(trial -> assertThat(Trial.fromJson(trial.canonicalJson())).isEqualTo(trial))
        .extracting(Trial::id)
        .doesNotHaveDuplicates();
  }

  @Test
  void everyNetworkAndDatasetSurvivesItsJson() throws IOException {
    Set<String> needSettings = Set.of("segmentation-folder", "image-folder", "text", "torchscript");
    List<String> datasets =
        Datasets.types().keySet().stream().filter(type -> !needSettings.contains(type)).toList();
    List<String> architectures =
        Architectures.providers().keySet().stream()
            .filter(type -> !needSettings.contains(type))
            .toList();

    Sweep sweep =
        read(
            "grid { architecture = ["
                + String.join(", ", architectures)
                + "], dataset = ["
                + String.join(", ", datasets)
                + "] }");

    assertThat(sweep.trials())
        .hasSize(architectures.size() * datasets.size())
        .allSatisfy(trial -> assertThat(Trial.fromJson(trial.canonicalJson())).isEqualTo(trial));
  }

  @Test
  void overridesAreStrongerThanTheFileAndTheOutputThanBoth() throws IOException {
    Path conf = write("train.epochs = 3\noutput = file");
    List<String> overrides =
        List.of("train.epochs=5", "secant.grid.seed=[4, 5]", "output=s3a://bucket/prefix");

    Sweep sweep = SweepFile.read(conf, overrides, Optional.empty());

    assertThat(sweep.output()).isEqualTo("s3a://bucket/prefix");
    assertThat(sweep.trials()).hasSize(2).allMatch(trial -> trial.epochs() == 5);
    assertThat(SweepFile.read(conf, overrides, Optional.of("given")).output()).isEqualTo("given");
    assertThatThrownBy(() -> SweepFile.read(conf, List.of("train.epoch=5"), Optional.empty()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--set train.epoch=5: unknown key secant.train.epoch")
        .hasMessageContaining("did you mean epochs?");
  }

  @Test
  void validationFractionReachesTheDatasetsThatHoldOut() throws IOException {
    Sweep sweep =
        read(
            """
            grid.dataset = [cifar10, {type: cifar10, validation-fraction: 0.1}]
            train.validation-fraction = 0.3
            """);

    assertThat(sweep.trials())
        .extracting(trial -> trial.dataset().settings().get("validation-fraction"))
        .containsExactly(0.3, 0.1);
  }

  @Test
  void badInputIsRefusedWithItsLine() {
    refused("train {\n  epocs = 3\n}", ":3: unknown key secant.train.epocs, did you mean epochs?");
    refused("\ntrane { }", ":3: unknown key secant.trane, did you mean train?");
    refused("train.epochs = many", ":2: secant.train.epochs must be a whole number");
    refused("train.epochs = 0", ":2: secant.train.epochs must be at least 1");
    refused("grid.batch-size = [32, 0]", ":2: secant.grid.batch-size must be at least 1");
    refused("grid.seed = [0.5]", ":2: secant.grid.seed must be a whole number");
    refused("grid.seed = []", ":2: secant.grid.seed must hold at least one value");
    refused("grid.optimizer = [adm]", ":2: secant.grid.optimizer.type is adm", "did you mean adam");
    refused(
        "grid.optimizer = [{type: adam, beta: 1}]", ":2: unknown key secant.grid.optimizer.beta");
    refused(
        "grid.optimizer = [{type: sgd, lr: 0}]", ":2: secant.grid.optimizer.lr must be above 0");
    refused("grid.optimizer = [{type: sgd, momentum: 1}]", ":2: secant.grid.optimizer.momentum");
    refused("grids = [{\nseeds = [1]}]", ":3: unknown key secant.grids.seeds, did you mean seed?");
    refused(
        "grid.seed = [1]\ngrids = [{ seed = [2] }, { seed = [3] }]",
        ":2: secant.grid.seed changes nothing, since every block of grids has its own");
    refused("measure.probes { every = 0 }", ":2: secant.measure.probes.every", "at least 1");
    refused("measure.references = [final, best]", ":2: ", "best-validation");
    refused("measure.references = [final, final]", ":2: ", "named twice");
    refused("measure.references = [{type: sibling}]", ":2: ", "what differs");
    refused("measure.lags { every = 50 }", ":2: secant.measure.lags.every", "largest lag, 50");
    refused("grid.control = [{random-labels: 2}]", ":2: ", "control.random-labels", "between 0");
    refused("train.init-from = nowhere.safetensors", ":2: ", "names no file");
    refused("exclude = [{batchsize: 3}]", ":2: unknown key", "did you mean batch-size?");
    refused("exclude = [{batch-size: 64}]", ":2: secant.exclude leaves no trial");
    refused("train.schedule = {type: cosine, warmup-epochs: 4}", ":2: ", "only 4");
    refused("grid.architecture = [mpl]", ":2: secant.grid.architecture.type", "did you mean mlp?");
    refused("grid.dataset = [shape]", ":2: secant.grid.dataset.type", "did you mean shapes?");
    refused("engine.device = tpu", ":2: secant.engine.device");
    refused("engine.deterministic = 2", ":2: secant.engine.deterministic");
    refused("engine.image-memory = much", ":2: secant.engine.image-memory");
    refused("run.time-limit = 30", ":2: secant.run.time-limit", "such as 30 minutes, or none");
    refused("run.time-limit = 0 s", ":2: secant.run.time-limit", "but is 0 s");
    refused("run.time-limit = long", ":2: secant.run.time-limit", "but is long");
    refused("run.limit = 1 h", ":2: unknown key secant.run.limit");
    refused("train { epochs = ", ":3: ");
    refused("include \"absent.conf\"", ":2: include \"absent.conf\": no such file");
    refused("include required(file(\"absent.conf\"))", "absent.conf");
    refused("name = ${nowhere}", ":2: ", "nowhere");
    assertThatThrownBy(() -> SweepFile.read(folder.resolve("no.conf"), List.of(), Optional.empty()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no.conf: no such configuration file");
  }

  @Test
  void aSettingThatEveryBlockReplacesIsRefused() throws IOException {
    Path file = write("grids = [{ seed = [2] }, { seed = [3], batch-size = [8] }]");

    assertThat(SweepFile.read(file, List.of("grid.batch-size=[16]"), Optional.empty()).trials())
        .extracting(Trial::batchSize)
        .containsExactly(16, 8);
    assertThatThrownBy(() -> SweepFile.read(file, List.of("grid.seed=[1]"), Optional.empty()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--set grid.seed=[1]")
        .hasMessageContaining("secant.grid.seed changes nothing");
  }

  @Test
  void includesAreRead() throws IOException {
    Files.writeString(folder.resolve("base.conf"), "train.epochs = 9");

    assertThat(read("include \"base.conf\"").trials().get(0).epochs()).isEqualTo(9);
    assertThat(read("include \"base\"").trials().get(0).epochs()).isEqualTo(9);
  }

  @Test
  void nothingIsFetchedForASweep() throws IOException {
    // Nobody listens there, and nobody is asked.
    String url = "http://127.0.0.1:1/more.conf";
    refused("include url(\"" + url + "\")", ":2: include url(\"" + url, "only files");
    refused("include required(url(\"" + url + "\"))", ":2: include url(\"" + url, "only files");
    refused("include \"" + url + "\"", ":2: include \"" + url + "\": no such file");
    Path file = write("train.epochs = 3");
    assertThatThrownBy(
            () ->
                SweepFile.read(
                    file, List.of("grid = { include url(\"" + url + "\") }"), Optional.empty()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("nothing can be included here");
  }

  @Test
  void aNameIsNoPath() {
    for (String name : List.of("../../x", "a/b", "a\\\\b", "..", ".", " ", "a\\nb")) {
      refused("name = \"" + name + "\"", ":2: secant.name must be a name");
    }
  }

  @Test
  void whatATableOrAFileIsNamedAfterIsNoPath() {
    refused(
        "measure.references = [ {type: trial, id: ../x} ]",
        ":2: secant.measure.references.id must be a trial's id of 12 hex digits, but is ../x");
    refused(
        "measure.references = [ {type: sibling, order: 1, name: ../x} ]",
        "needs a name of its own of lower-case letters");
    refused("grid.dataset = [ ../x ]", ":2: secant.grid.dataset.type is ../x, which is not known");
  }

  @Test
  void aFileWithoutBottomIsRefused() {
    refused("x = " + "[".repeat(200_000), "nested too deeply");
  }

  private void refused(String text, String... parts) {
    assertThatThrownBy(() -> read(text))
        .as(text)
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll((CharSequence[]) parts)
        .hasMessageContaining(".conf");
  }

  private Sweep read(String text) throws IOException {
    return SweepFile.read(write(text), List.of(), Optional.empty());
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("sweep.conf"), "secant {\n" + text + "\n}\n");
  }
}
