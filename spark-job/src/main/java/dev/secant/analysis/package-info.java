/** What the tables say: the summary of a sweep, and results as text. */
package dev.secant.analysis;
