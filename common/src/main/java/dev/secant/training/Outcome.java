package dev.secant.training;

/**
 * What one training minibatch gave.
 *
 * @param loss the mean over its targets
 * @param correct targets that were predicted; 0 for language
 * @param count targets that count
 */
record Outcome(double loss, double correct, double count) {}
