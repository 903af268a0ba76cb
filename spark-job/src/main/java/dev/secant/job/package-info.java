/**
 * The driver and its tasks: fans trials out over Spark, commits each by itself, goes on after a
 * crash.
 */
package dev.secant.job;
