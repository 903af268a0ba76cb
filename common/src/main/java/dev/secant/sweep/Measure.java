package dev.secant.sweep;

import java.util.OptionalInt;

/**
 * How the path is measured; changes no path.
 *
 * @param segments parts that a replay is cut into; empty where the job chooses
 * @param keepCheckpoints whether {@code step-0} and {@code final} stay when the trial is complete
 */
public record Measure(OptionalInt segments, boolean keepCheckpoints) {}
