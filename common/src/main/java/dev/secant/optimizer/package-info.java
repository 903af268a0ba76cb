/** How a trial moves: update rules and learning-rate schedules on one flat vector. */
package dev.secant.optimizer;
