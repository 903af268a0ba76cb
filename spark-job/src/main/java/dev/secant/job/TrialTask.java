package dev.secant.job;

import dev.secant.sweep.EngineSettings;
import dev.secant.sweep.Measure;
import java.io.Serializable;

/**
 * A trial as it travels to an executor.
 *
 * @param json the trial's canonical JSON
 * @param dataRoot the folder of datasets, on every executor
 * @param engine with a definite device
 */
public record TrialTask(
    String trialId, String json, Measure measure, String dataRoot, EngineSettings engine)
    implements Serializable {}
