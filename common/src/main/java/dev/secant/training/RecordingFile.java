package dev.secant.training;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What stands beside a trial's checkpoints: where they were to be, and what the record pass found.
 */
final class RecordingFile {
  private static final String RECORDING = "recording.json";
  private static final String BOUNDARIES = "boundaries.json";
  private static final String WAIT = "wait-seconds";

  private RecordingFile() {}

  /** The boundaries that an earlier attempt has set, or else these, which are set now. */
  static List<Long> boundaries(CheckpointStore store, List<Long> otherwise) throws IOException {
    Optional<Config> stored = json(store, BOUNDARIES);
    if (stored.isPresent()) {
      return stored.get().getLongList("boundaries");
    }
    write(store, BOUNDARIES, Map.of("boundaries", otherwise));
    return otherwise;
  }

  static Optional<Recording> read(CheckpointStore store) throws IOException {
    return json(store, RECORDING)
        .map(
            json ->
                new Recording(
                    json.getLong("steps"),
                    json.getLongList("boundaries"),
                    json.getString("divergence"),
                    EpochRecords.parse(json.getList("epochs")),
                    json.getDouble("seconds"),
                    // Recordings older than this number have none.
                    json.hasPath(WAIT) ? json.getDouble(WAIT) : 0));
  }

  static void write(CheckpointStore store, Recording recording) throws IOException {
    write(
        store,
        RECORDING,
        Map.of(
            "steps",
            recording.steps(),
            "boundaries",
            recording.boundaries(),
            "divergence",
            recording.divergence(),
            "epochs",
            EpochRecords.rows(recording.epochs()),
            "seconds",
            recording.seconds(),
            WAIT,
            recording.waitSeconds()));
  }

  private static Optional<Config> json(CheckpointStore store, String name) throws IOException {
    Optional<InputStream> file = store.open(name);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = file.get()) {
      return Optional.of(
          ConfigFactory.parseString(
              new String(in.readAllBytes(), StandardCharsets.UTF_8),
              ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON)));
    } catch (ConfigException damaged) {
      return Optional.empty();
    }
  }

  private static void write(CheckpointStore store, String name, Map<String, ?> values)
      throws IOException {
    String json = ConfigValueFactory.fromMap(values).render(ConfigRenderOptions.concise());
    store.write(name, out -> out.write(json.getBytes(StandardCharsets.UTF_8)));
  }
}
