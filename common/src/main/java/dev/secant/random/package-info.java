/**
 * Addressed random streams: each draw is a function of (seed, purpose, coordinates), never of what
 * was drawn before elsewhere.
 */
package dev.secant.random;
