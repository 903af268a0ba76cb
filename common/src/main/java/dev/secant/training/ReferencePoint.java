package dev.secant.training;

import dev.secant.engine.Tensor;

/**
 * A reference point with its weights.
 *
 * @param name as in the tables
 */
record ReferencePoint(String name, Tensor weights) {}
