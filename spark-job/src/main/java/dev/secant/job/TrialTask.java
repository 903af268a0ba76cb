package dev.secant.job;

import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Measure;
import java.io.Serializable;

/**
 * A trial as it travels to an executor.
 *
 * @param json the trial's canonical JSON
 * @param data where the executor finds the datasets
 * @param engine with a definite device
 */
public record TrialTask(
    String trialId, String json, Measure measure, TaskData data, EngineSettings engine)
    implements Serializable {}
