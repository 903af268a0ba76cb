package dev.secant.job;

import java.io.Serializable;

/** What the driver needs to know of a replayed segment; its steps stay on the executors. */
record Replayed(double drift, double seconds, double[] updateNorms) implements Serializable {}
