package dev.secant.job;

import dev.secant.sweep.Measure;
import java.io.Serializable;

/**
 * A trial as it travels to an executor.
 *
 * @param json the trial's canonical JSON
 * @param dataRoot the folder of datasets, on every executor
 */
public record TrialTask(
    String trialId, String json, Measure measure, String dataRoot, String device, int threads)
    implements Serializable {}
