package dev.secant.sweep;

import dev.secant.architecture.Architecture;
import dev.secant.data.DatasetSource;
import dev.secant.optimizer.Optimizer;
import dev.secant.optimizer.Schedule;
import java.util.OptionalDouble;

/**
 * The whole specification of one optimization path. Two trials that are equal walk the same path on
 * one kind of device with one number of threads.
 *
 * @param validationFraction share of the training samples held out, where the dataset has no
 *     validation samples of its own
 * @param clipNorm the gradient is scaled down to this norm where it is longer
 * @param maxLoss a minibatch loss above this counts as divergence, as one that is not finite does
 */
public record Trial(
    Architecture architecture,
    DatasetSource dataset,
    int batchSize,
    Optimizer optimizer,
    Seeds seeds,
    int epochs,
    Schedule schedule,
    double weightDecay,
    OptionalDouble clipNorm,
    double validationFraction,
    double maxLoss) {}
