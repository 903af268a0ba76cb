package dev.secant.training;

import dev.secant.engine.Scope;

/**
 * One step as observers see it.
 *
 * @param scope what an observer makes lives here until the step ends
 * @param index from 0
 * @param last whether it is the epoch's last step
 * @param state before or after the update, see {@link Observer}; not to be changed
 */
record Step(
    Scope scope,
    long index,
    int epoch,
    boolean last,
    double learningRate,
    NetworkProgram.Gradient gradient,
    State state) {}
