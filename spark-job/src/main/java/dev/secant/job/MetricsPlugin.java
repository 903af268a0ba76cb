package dev.secant.job;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.SharedMetricRegistries;
import dev.secant.table.TrialRecord.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Makes the state of a sweep part of Spark's metrics, so that it leaves by every sink that Spark
 * has. Switched on by {@code spark.plugins}; without it a sweep runs all the same.
 */
public final class MetricsPlugin implements SparkPlugin {
  private static final double NANO = 1e-9;

  @Override
  public DriverPlugin driverPlugin() {
    return new Registry();
  }

  /** Executors count by accumulators, which the driver sums: nothing to load there. */
  @Override
  public ExecutorPlugin executorPlugin() {
    return null;
  }

  /**
   * Spark makes the plugin, and hands nobody a reference to it; so its registry is named by the
   * application among those that the metrics library shares in a process.
   */
  private static final class Registry implements DriverPlugin {
    private String name = "";

    @Override
    public void registerMetrics(String application, PluginContext context) {
      name = nameOf(application);
      // Spark drops a registry with nothing in it.
      context.metricRegistry().counter("sweeps");
      SharedMetricRegistries.add(name, context.metricRegistry());
    }

    @Override
    public void shutdown() {
      SharedMetricRegistries.remove(name);
    }
  }

  private static String nameOf(String application) {
    return "secant/" + application;
  }

  /** Shows a sweep from now on, instead of the application's last one. */
  static void show(SparkContext context, SweepState state) {
    String name = nameOf(context.applicationId());
    if (!SharedMetricRegistries.names().contains(name)) {
      return;
    }
    MetricRegistry registry = SharedMetricRegistries.getOrCreate(name);
    registry.counter("sweeps").inc();
    gauges(state)
        .forEach(
            (key, gauge) -> {
              registry.remove(key);
              registry.register(key, gauge);
            });
  }

  private static Map<String, Gauge<?>> gauges(SweepState state) {
    Map<String, Gauge<?>> gauges = new LinkedHashMap<>();
    gauges.put("trials.planned", whole(state::planned));
    gauges.put("trials.waiting", whole(state::waiting));
    gauges.put("trials.running", whole(state::running));
    for (Status status : Status.values()) {
      gauges.put("trials." + status.text(), whole(() -> state.ended(status)));
    }
    gauges.put("steps", whole(() -> state.sum(Count.STEPS)));
    gauges.put("steps.per.second", (Gauge<Double>) state::stepsPerSecond);
    gauges.put("seconds.left", (Gauge<Double>) () -> state.secondsLeft().orElse(Double.NaN));
    gauges.put("record.seconds", seconds(state, Count.RECORD_NANOS));
    gauges.put("replay.seconds", seconds(state, Count.REPLAY_NANOS));
    gauges.put("wait.seconds", seconds(state, Count.WAIT_NANOS));
    gauges.put("checkpoint.seconds", seconds(state, Count.CHECKPOINT_NANOS));
    gauges.put("checkpoint.bytes", whole(() -> state.sum(Count.CHECKPOINT_BYTES)));
    return gauges;
  }

  private static Gauge<Long> whole(LongSupplier value) {
    return value::getAsLong;
  }

  private static Gauge<Double> seconds(SweepState state, Count nanos) {
    return () -> state.sum(nanos) * NANO;
  }
}
