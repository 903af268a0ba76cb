package dev.secant.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a run tells of itself while it runs, in the file {@code _progress} of its output.
 *
 * @param host where its driver runs
 * @param pid of its driver
 * @param since when it began, by that host's clock
 * @param application the id that Spark gave it
 * @param beat how often it has written the file: it lives where this grows
 * @param steps made since it began
 * @param secondsLeft empty where nothing can be said yet
 */
public record SweepProgress(
    String host,
    long pid,
    String since,
    String application,
    long beat,
    long steps,
    double stepsPerSecond,
    OptionalDouble secondsLeft,
    List<Running> running) {
  public SweepProgress {
    running = List.copyOf(running);
  }

  /**
   * A trial that runs.
   *
   * @param pass record or replay
   * @param step how many of the pass's steps are made
   * @param steps of a pass
   */
  public record Running(String trialId, String name, String pass, long step, long steps) {
    /** As it stands in the file. */
    public ObjectNode json() {
      return new ObjectMapper()
          .createObjectNode()
          .put("trial_id", trialId)
          .put("name", name)
          .put("pass", pass)
          .put("step", step)
          .put("steps", steps);
    }
  }

  /** As it stands in the file, but for the trials that run. */
  public ObjectNode json() {
    ObjectNode json =
        new ObjectMapper()
            .createObjectNode()
            .put("host", host)
            .put("pid", pid)
            .put("since", since)
            .put("application", application)
            .put("beat", beat)
            .put("steps", steps)
            .put("steps_per_second", stepsPerSecond);
    secondsLeft.ifPresent(seconds -> json.put("seconds_left", seconds));
    return json;
  }

  byte[] file() {
    ObjectNode json = json();
    running.forEach(trial -> json.withArray("running").add(trial.json()));
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @throws IOException where it is no JSON
   */
  static SweepProgress parse(byte[] file) throws IOException {
    JsonNode json = new ObjectMapper().readTree(file);
    List<Running> running = new ArrayList<>();
    for (JsonNode trial : json.path("running")) {
      running.add(
          new Running(
              trial.path("trial_id").asText(),
              trial.path("name").asText(),
              trial.path("pass").asText(),
              trial.path("step").asLong(),
              trial.path("steps").asLong()));
    }
    return new SweepProgress(
        json.path("host").asText(),
        json.path("pid").asLong(),
        json.path("since").asText(),
        json.path("application").asText(),
        json.path("beat").asLong(),
        json.path("steps").asLong(),
        json.path("steps_per_second").asDouble(),
        json.has("seconds_left")
            ? OptionalDouble.of(json.path("seconds_left").asDouble())
            : OptionalDouble.empty(),
        running);
  }
}
