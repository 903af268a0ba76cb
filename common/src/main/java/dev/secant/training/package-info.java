/** The loop: training runs, their state, checkpoints, and the observers that look on. */
package dev.secant.training;
